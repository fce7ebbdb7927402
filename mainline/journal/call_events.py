"""The vocabulary of a call and of the agents' floor, in the trade's own terms.

Facts marked CEL come from Asterisk's own record and exist even when all Python was dead;
facts marked gateway or desk exist only when that process took part.
"""

from typing import Literal

from pydantic import AwareDatetime

from mainline.journal.event import Event, event_kind

# --- the call, subject call:<linkedid> -------------------------------------------------------


@event_kind("call.offered")
class CallOffered(Event):
    """CEL. A caller reached us."""

    ani: str
    dnis: str
    entry: Literal["trunk", "try"] = "trunk"


@event_kind("call.placed")
class CallPlaced(Event):
    """CEL. An agent called out; or the hotline called back, then ``agent`` is empty."""

    agent: str
    number: str
    callback: int | None = None


@event_kind("call.dialled")
class CallDialled(Event):
    """CEL. The machine called out: a reminder, an announcement, a question."""

    number: str
    purpose: str = ""


@event_kind("call.reached")
class CallReached(Event):
    """CEL. Somebody, or an answering machine, picked up a call that the machine made."""

    by: Literal["person", "machine"] = "person"
    why: str = ""
    """What their greeting was, in Asterisk's word (LONGGREETING); empty: not listened to."""


@event_kind("call.unreached")
class CallUnreached(Event):
    """CEL. Nobody picked up; ``status`` is Asterisk's DIALSTATUS."""

    status: str = ""


@event_kind("outreach.answered")
class OutreachAnswered(Event):
    """Gateway. What the person who was called keyed in: heard, at_home, other_time, never, person,
    callback (wanted a person, none was free)."""

    result: str


@event_kind("caller.identified")
class CallerIdentified(Event):
    """Gateway. Who is calling, and how we know; ``customer_id`` None with how=none|withheld."""

    how: Literal["ani", "choice", "keypad", "none", "withheld"]
    customer_id: int | None = None
    account_id: int | None = None
    candidates: int = 0


@event_kind("caller.verified")
class CallerVerified(Event):
    """Gateway. The caller is this customer: by a confirmed number, or by facts keyed in."""

    how: Literal["number", "keyed"]
    customer_id: int


@event_kind("caller.not_verified")
class CallerNotVerified(Event):
    """Gateway. Nothing private may be told: the facts keyed in were wrong, or too many before."""

    customer_id: int
    attempts: int
    locked: bool = False


@event_kind("call.degraded")
class CallDegraded(Event):
    """CEL. The gateway did not answer; plain dialplan took the call."""

    reason: str = ""


@event_kind("call.refused")
class CallRefused(Event):
    """CEL. A restricted caller heard the refusal."""

    reason: str = "restricted"


@event_kind("menu.started")
class MenuStarted(Event):
    """Gateway. The version of the menu this call runs under, to its end."""

    menu: str
    version: int
    language: str


@event_kind("menu.visited")
class MenuVisited(Event):
    """Gateway. The caller came to a node."""

    node: str


@event_kind("key.pressed")
class KeyPressed(Event):
    """Gateway. What was keyed at a node; private entries are stored as ``*`` per digit."""

    node: str
    keys: str


@event_kind("flow.finished")
class FlowFinished(Event):
    """Gateway. A self-service flow ended: done, abandoned, failed or wants a person."""

    flow: str
    result: Literal["done", "person", "failed", "nothing"]
    detail: str = ""


@event_kind("call.urgent")
class CallUrgent(Event):
    """CEL. A leak or the like was reported by key: it goes ahead of all, once a call."""

    fault: str


@event_kind("call.context")
class CallContextTold(Event):
    """Gateway. What the caller most likely calls about was said first; ``order`` by its number."""

    reason: Literal["outage", "visit", "repeat", "order", "overdue"]
    order: str = ""
    calls: int = 0
    """How often they called about it before."""


@event_kind("call.repeated")
class CallRepeated(Event):
    """Gateway. The caller calls again about the same matter, and wants a person.

    ``count`` is how often, this call included; ``agent`` is led to, when there in a moment.
    """

    count: int
    order: str = ""
    reason: str = ""
    agent: str = ""
    escalated: bool = False


@event_kind("queue.entered")
class QueueEntered(Event):
    """CEL."""

    queue: str
    priority: int = 0
    degraded: bool = False


@event_kind("queue.left")
class QueueLeft(Event):
    """CEL. The visit ended."""

    queue: str
    how: Literal[
        "answered",
        "abandoned",
        "timeout",
        "empty",
        "key",
        "withdrawn",
        "callback",
        "self-service",
        "overflow",
    ]


@event_kind("agent.offered")
class AgentOffered(Event):
    """CEL. The agent's phone rings: time for the screen pop."""

    agent: str
    queue: str = ""
    channel: str = ""


@event_kind("agent.answered")
class AgentAnswered(Event):
    """CEL. Caller and agent talk."""

    agent: str
    queue: str = ""
    channel: str = ""


@event_kind("agent.missed")
class AgentMissed(Event):
    """CEL. The agent's leg ended unanswered (no answer, declined, caller gone)."""

    agent: str
    queue: str = ""
    elsewhere: bool = False
    """Several telephones rang, and a colleague was faster: the agent has missed nothing."""


@event_kind("agent.left_call")
class AgentLeftCall(Event):
    """CEL. The agent's leg ended after talk."""

    agent: str


@event_kind("agent.held")
class AgentHeld(Event):
    """AMI. The agent has put the caller on hold; not told while the worker is away."""

    agent: str


@event_kind("agent.resumed")
class AgentResumed(Event):
    """AMI. They talk again."""

    agent: str


@event_kind("agent.consulted")
class AgentConsulted(Event):
    """Desk. The agent asks somebody outside alone, while the caller hears music."""

    agent: str
    target: str


@event_kind("agent.reserved")
class AgentReserved(Event):
    """CEL. The caller is elsewhere for a moment and comes back to this agent."""

    agent: str


@event_kind("agent.released")
class AgentReleased(Event):
    """The caller did not come back in time, or comes back to somebody else."""

    agent: str
    by: Literal["timeout", "return", "agent"] = "timeout"


@event_kind("agent.corrected")
class AgentCorrected(Event):
    """Worker. The books and Asterisk disagreed on whether the agent is in this call, and Asterisk
    is right: ``found`` is what it knows.
    """

    agent: str
    was: str
    found: Literal["gone", "talking"]


@event_kind("call.menu_sent")
class SentToMenu(Event):
    """CEL. The agent sent the caller to a node of the menu; ``back`` says where they go then."""

    agent: str
    node: str
    back: Literal["agent", "queue", "end"]


@event_kind("call.menu_returned")
class ReturnedFromMenu(Event):
    """CEL. The caller comes back from the menu."""

    agent: str
    to: Literal["agent", "queue"]


@event_kind("call.parked")
class CallParked(Event):
    """CEL. The customer waits in a slot until somebody of the group takes them."""

    agent: str
    slot: int


@event_kind("call.unparked")
class CallUnparked(Event):
    """CEL. Taken by ``agent``; or the time was over, and back to the agent who parked."""

    agent: str
    how: Literal["taken", "limit"]


@event_kind("conference.joined")
class ConferenceJoined(Event):
    """CEL. A third talks too; ``agent`` is empty for somebody outside."""

    agent: str


@event_kind("conference.left")
class ConferenceLeft(Event):
    """CEL."""

    agent: str


@event_kind("call.transferred")
class CallTransferred(Event):
    """CEL."""

    how: Literal["blind", "attended"]
    agent: str = ""
    target: str


@event_kind("call.rejoined")
class CallRejoined(Event):
    """CEL. The agent's page came back in mid-call."""

    agent: str


@event_kind("survey.asked")
class SurveyAsked(Event):
    """Gateway. The agent hung up; the caller who stayed was asked about the call."""

    agent: str
    queue: str = ""
    version: int


@event_kind("survey.rated")
class SurveyRated(Event):
    """Gateway. What the caller said: question to score; ``low`` by the survey's own mark."""

    agent: str
    queue: str = ""
    version: int
    scores: dict[str, int]
    low: bool = False


@event_kind("message.left")
class MessageLeft(Event):
    """CEL. The caller left a message; ``file`` is its base name among the raw segments."""

    file: str


@event_kind("recording.started")
class RecordingStarted(Event):
    """CEL. A raw segment is being written."""

    file: str
    segment: int = 0


@event_kind("recording.stored")
class RecordingStored(Event):
    """Recordings. All segments are joined, hashed and can be played."""

    recording_id: int
    duration_s: float


@event_kind("call.ended")
class CallEnded(Event):
    """CEL. The last channel of the call is gone."""

    cause: int = 0


@event_kind("call.disposed")
class CallDisposed(Event):
    """Desk. The agent's reason and notes are complete."""

    agent: str
    reason: str


# --- the floor, subject agent:<number> -------------------------------------------------------


@event_kind("agent.signed_in")
class AgentSignedIn(Event):
    """Desk. ``station`` is softphone or phone."""

    station: Literal["softphone", "phone"] = "softphone"


@event_kind("agent.proven")
class AgentProven(Event):
    """Desk. Microphone, socket and echo were checked (or found wanting)."""

    microphone: bool
    socket: bool
    echo: bool


@event_kind("agent.ready")
class AgentReady(Event):
    """Desk, or a leader: then ``leader`` says who, ``why`` says why."""

    leader: str = ""
    why: str = ""


@event_kind("agent.paused")
class AgentPaused(Event):
    """Desk, or a leader: then ``leader`` says who, ``why`` says why."""

    reason: str
    leader: str = ""
    why: str = ""


@event_kind("agent.direct_missed")
class DirectCallMissed(Event):
    """CEL. A colleague called this agent and was not answered; ``why`` is Asterisk's word, or
    QUIET or ABSENT.
    """

    caller: str
    why: str


@event_kind("agent.pause_overrun")
class AgentPauseOverrun(Event):
    """Worker. A pause lasts longer than its reason allows; once for each pause."""

    reason: str
    limit_s: int
    began_at: AwareDatetime


@event_kind("agent.wrapup_ended")
class AgentWrapupEnded(Event):
    """Desk, or the worker when the time allowed is over."""

    call_id: str = ""
    by: Literal["agent", "timeout", "leader", "emergency"] = "agent"
    """``emergency``: nobody else was free for the caller of ``for_call``; the disposition of
    ``call_id`` is still owed."""
    for_call: str = ""


@event_kind("agent.signed_out")
class AgentSignedOut(Event):
    """Desk, leader, lease lost, or let go: the person signs in no more."""

    by: Literal["agent", "leader", "lease", "let-go"] = "agent"
    leader: str = ""
    why: str = ""


@event_kind("supervision.started")
class SupervisionStarted(Event):
    """Leader. Subject is the call; kept as an audit fact."""

    leader: str
    agent: str
    mode: Literal["listen", "whisper", "barge", "take-over"]
    why: str = ""


@event_kind("caller.raised")
class CallerRaised(Event):
    """Leader. A waiting caller goes before the others of the queue."""

    queue: str
    priority: int
    by: str
    why: str = ""


@event_kind("caller.fetched")
class CallerFetched(Event):
    """Leader. A waiting caller is to be rung through to ``agent`` (or to the leader) at once."""

    queue: str
    agent: str
    by: str
    why: str = ""


@event_kind("agent.moved")
class AgentMoved(Event):
    """Leader. The queues the agent answers from now on, with their penalties."""

    queues: dict[str, int]
    by: str
    why: str = ""


@event_kind("agent.called")
class AgentCalled(Event):
    """Leader. Rings the agent to speak with them."""

    by: str
    why: str = ""


@event_kind("note.recorded")
class NoteRecorded(Event):
    """Leader. A note on a call or an agent; its text stands in the notes."""

    note_id: int
    by: str


@event_kind("queue.mode_set")
class LineModeSet(Event):
    """Leader, or the worker when the time is over. Subject is ``line:<dnis>``."""

    mode: Literal["auto", "night", "holiday", "emergency"]
    by: str
    until: AwareDatetime | None = None
    why: str = ""
