"""What happens on the floor, subject ``agent:<number>`` unless said otherwise."""

from typing import Literal

from pydantic import AwareDatetime

from mainline.journal.event import Event, event_kind


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
