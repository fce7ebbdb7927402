"""What agents and callers do with a call between them, subject ``call:<linkedid>``."""

from typing import Literal

from mainline.journal.event import Event, event_kind


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
