"""What happens to a call from its offer to its end, in the trade's own terms.

Facts marked CEL come from Asterisk's own record and exist even when all Python was dead;
facts marked gateway or desk exist only when that process took part. The same in
:mod:`~mainline.journal.talk_events` and :mod:`~mainline.journal.floor_events`.
"""

from typing import Literal

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
