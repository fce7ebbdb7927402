"""What happened in a call, in words, each moment at its place in the recording. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from agentdesk.panels.labels import Labels
from agentdesk.panels.route import meaning
from ivr.menu import MenuTree
from mainline.i18n import Text, _, current_locale
from mainline.journal import Event, call_events, floor_events, talk_events

Tone = Literal["", "good", "warn", "bad", "live"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment: when, where in the recording (None: outside of it), and what to call it."""

    at: datetime
    offset_s: float | None
    kind: str
    words: str
    tone: Tone = ""
    marked: bool = False
    """Worth a mark on the waveform; the rest is read in the list."""


Telling = Callable[[Any, Labels], str]

_IDENTIFIED: Final[dict[str, Text]] = {
    "ani": Text("recognised by the number"),
    "choice": Text("recognised; chose one of several"),
    "keypad": Text("recognised by the account number keyed in"),
    "none": Text("not recognised"),
    "withheld": Text("number withheld"),
}
_LEFT: Final[dict[str, Text]] = {
    "answered": Text("leaves the queue: answered"),
    "abandoned": Text("gives up waiting"),
    "timeout": Text("waited too long"),
    "empty": Text("nobody there to answer"),
    "key": Text("leaves the queue by a key"),
    "withdrawn": Text("taken out of the queue"),
    "callback": Text("leaves the queue to be called back"),
    "self-service": Text("leaves the queue for self-service"),
    "overflow": Text("sent on: the queue is too full, too slow or empty"),
}
_FLOW: Final[dict[str, Text]] = {
    "done": Text("self-service %(flow)s: done"),
    "person": Text("self-service %(flow)s: wants a person"),
    "failed": Text("self-service %(flow)s: failed"),
    "nothing": Text("self-service %(flow)s: nothing to tell"),
}
_CONTEXT: Final[dict[str, Text]] = {
    "outage": Text("hears first: the interruption at the address"),
    "visit": Text("hears first: the appointment of today, %(order)s"),
    "repeat": Text("hears first: what they called about before, %(order)s"),
    "order": Text("hears first: the open order %(order)s"),
    "overdue": Text("hears first: the overdue bills"),
}
_SPY: Final[dict[str, Text]] = {
    "listen": Text("%(leader)s listens"),
    "whisper": Text("%(leader)s whispers to the agent"),
    "barge": Text("%(leader)s joins the talk"),
    "take-over": Text("%(leader)s takes the call over"),
}

_TOLD: Final[dict[type[Event], tuple[Telling, Tone, bool]]] = {
    call_events.CallOffered: (lambda e, _l: _("call comes in on %(dnis)s", dnis=e.dnis), "", True),
    call_events.CallPlaced: (
        lambda e, _l: _("%(agent)s calls out", agent=e.agent) if e.agent else _("is called back"),
        "",
        True,
    ),
    call_events.CallerIdentified: (lambda e, _l: _(_IDENTIFIED[e.how]), "", False),
    call_events.CallDegraded: (lambda _e, _l: _("served by plain dialplan"), "warn", True),
    call_events.CallRefused: (lambda _e, _l: _("hears the refusal"), "bad", True),
    call_events.MenuStarted: (
        lambda e, _l: _("menu %(menu)s, version %(version)s", menu=e.menu, version=e.version),
        "",
        True,
    ),
    call_events.MenuVisited: (lambda e, _l: _("menu: %(node)s", node=e.node), "", False),
    call_events.KeyPressed: (lambda e, _l: e.keys, "", True),
    call_events.FlowFinished: (lambda e, _l: _(_FLOW[e.result], flow=e.flow), "", True),
    call_events.CallContextTold: (lambda e, _l: _(_CONTEXT[e.reason], order=e.order), "", True),
    call_events.CallRepeated: (
        lambda e, _l: _("call no. %(count)s about the same matter", count=e.count), "warn", True
    ),
    call_events.CallUrgent: (
        lambda e, words: _("emergency: %(fault)s", fault=words.fault(e.fault)), "bad", True
    ),
    call_events.QueueEntered: (
        lambda e, words: _("waits in %(queue)s", queue=words.queue(e.queue)), "warn", True
    ),
    call_events.QueueLeft: (lambda e, _l: _(_LEFT[e.how]), "", False),
    talk_events.AgentOffered: (lambda e, _l: _("rings at %(agent)s", agent=e.agent), "", False),
    talk_events.AgentAnswered: (lambda e, _l: _("%(agent)s answers", agent=e.agent), "good", True),
    talk_events.AgentMissed: (
        lambda e, _l: _("%(agent)s rang too; a colleague was faster", agent=e.agent)
        if e.elsewhere else _("%(agent)s does not answer", agent=e.agent),
        "bad",
        True,
    ),
    talk_events.AgentConsulted: (
        lambda e, words: _("%(agent)s asks %(target)s alone; the caller hears music",
                           agent=e.agent, target=words.place(e.target)),
        "live",
        True,
    ),
    talk_events.AgentLeftCall: (lambda e, _l: _("%(agent)s leaves the call", agent=e.agent), "",
        False),
    talk_events.CallTransferred: (
        lambda e, words: _("transferred to %(target)s", target=words.place(e.target)), "live", True
    ),
    talk_events.SentToMenu: (
        lambda e, _l: _("sent to the menu by %(agent)s: %(node)s", agent=e.agent, node=e.node),
        "live",
        True,
    ),
    talk_events.ReturnedFromMenu: (lambda _e, _l: _("comes back from the menu"), "", True),
    talk_events.CallParked: (
        lambda e, _l: _("parked by %(agent)s in slot %(slot)s", agent=e.agent, slot=e.slot),
        "warn",
        True,
    ),
    talk_events.CallUnparked: (
        lambda e, _l: _("%(agent)s takes the parked caller", agent=e.agent)
        if e.how == "taken" else _("parked too long: back to %(agent)s", agent=e.agent),
        "",
        True,
    ),
    talk_events.ConferenceJoined: (
        lambda e, _l: _("%(who)s joins the talk", who=e.agent or _("somebody outside")),
        "live",
        True,
    ),
    talk_events.ConferenceLeft: (
        lambda e, _l: _("%(who)s leaves the talk", who=e.agent or _("somebody outside")), "", True
    ),
    talk_events.AgentHeld: (
        lambda e, _l: _("%(agent)s puts the caller on hold", agent=e.agent), "", True
    ),
    talk_events.AgentResumed: (lambda e, _l: _("%(agent)s talks again", agent=e.agent), "", False),
    talk_events.AgentCorrected: (
        lambda e, _l: _("the books are put right about %(agent)s", agent=e.agent), "bad", False
    ),
    talk_events.CallRejoined: (lambda e, _l: _("%(agent)s is back in the call", agent=e.agent), "",
        True),
    call_events.MessageLeft: (lambda _e, _l: _("leaves a message"), "live", True),
    call_events.CallEnded: (lambda _e, _l: _("call ends"), "", True),
    floor_events.SupervisionStarted: (lambda e, _l: _(_SPY[e.mode], leader=e.leader), "live", True),
    floor_events.CallerRaised: (
        lambda e, _l: _("%(leader)s lets the caller go ahead", leader=e.by), "live", True
    ),
    floor_events.CallerFetched: (
        lambda e, _l: _("%(leader)s has the caller put through to %(agent)s",
                        leader=e.by, agent=e.agent),
        "live",
        True,
    ),
    floor_events.NoteRecorded: (lambda e, _l: _("%(leader)s takes a note", leader=e.by), "", False),
    call_events.CallDisposed: (lambda e, _l: _("wrap-up done by %(agent)s", agent=e.agent), "",
        False),
}  # fmt: skip


def story(
    events: Iterable[Event],
    words: Labels,
    *,
    trees: Mapping[str, MenuTree] | None = None,
    recorded_from: datetime | None,
    duration_s: float | None,
) -> list[Moment]:
    """The call's moments in the order in which they happened."""
    told = sorted((event for event in events if type(event) in _TOLD), key=lambda e: e.at)
    tree: MenuTree | None = None
    found = []
    for event in told:
        if isinstance(event, call_events.MenuStarted):
            tree = (trees or {}).get(event.menu)
        telling, tone, marked = _TOLD[type(event)]
        text = _pressed(event, tree) if isinstance(event, call_events.KeyPressed) else None
        offset = _offset(event.at, recorded_from, duration_s)
        found.append(
            Moment(event.at, offset, event.kind, text or telling(event, words), tone, marked)
        )
    return found


def _pressed(event: call_events.KeyPressed, tree: MenuTree | None) -> str:
    """What the menu offered under that key; without the menu, the node's name."""
    offered = meaning(tree, event.node, event.keys, current_locale())
    return _("presses %(keys)s: %(meaning)s", keys=event.keys, meaning=offered)


def _offset(at: datetime, since: datetime | None, duration_s: float | None) -> float | None:
    """Seconds into the recording; what lies just outside of it sticks to its edge."""
    if since is None or duration_s is None:
        return None
    offset = (at - since).total_seconds()
    if offset > duration_s + 2:
        return None
    return round(min(max(offset, 0.0), duration_s), 2)


def marks(moments: Sequence[Moment]) -> list[Moment]:
    """Those that stand on the waveform."""
    return [moment for moment in moments if moment.marked and moment.offset_s is not None]
