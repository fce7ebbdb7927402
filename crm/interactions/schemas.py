"""What the HTTP API tells about calls; masked as its reader may see."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from crm.interactions.metrics import Figures
from crm.interactions.models import Interaction
from crm.interactions.queries import CallView
from mainline.masking import Eyes
from mainline.text import LocalizedText

NUMBERS: Final = frozenset({"ani", "number", "target"})


class Times(BaseModel):
    """The stations of a call."""

    offered: datetime | None
    identified: datetime | None
    queued: datetime | None
    answered: datetime | None
    ended: datetime | None


class CallerRead(BaseModel):
    """Who called."""

    id: int
    name: str | None


class CallRead(BaseModel):
    """A call in the list."""

    id: str
    direction: str
    ani: str
    dnis: str
    times: Times
    customer: CallerRead | None
    identified_how: str | None
    menu: str | None
    menu_version: int | None
    menu_path: list[str]
    keys: list[str]
    language: str | None
    queue: str | None
    agent: str | None
    outcome: str
    degraded: bool
    transfers: int
    recording: int | None
    reason: str | None
    wait_s: float | None
    talk_s: float | None

    @classmethod
    def of(cls, call: Interaction, name: str | None, sees: Eyes) -> "CallRead":
        """The call as this person may see it."""
        return cls(
            **{field: getattr(call, field) for field in _PLAIN},
            ani=sees.number(call.ani),
            times=Times(
                offered=call.offered_at,
                identified=call.identified_at,
                queued=call.queued_at,
                answered=call.answered_at,
                ended=call.ended_at,
            ),
            customer=_caller(call, name, sees),
            recording=call.recording_id,
        )


def _caller(call: Interaction, name: str | None, sees: Eyes) -> CallerRead | None:
    if call.customer_id is None:
        return None
    return CallerRead(id=call.customer_id, name=sees.name(name) if name is not None else None)


_PLAIN = tuple(set(CallRead.model_fields) - {"ani", "times", "customer", "recording"})


class VisitRead(BaseModel):
    """A stay in a queue."""

    queue: str
    entered: datetime
    left: datetime | None
    how: str | None
    priority: int
    agent: str | None


class DispositionRead(BaseModel):
    """What the agent noted."""

    agent: str
    reason: str
    fields: dict[str, Any]
    notes: str


class CallDetail(CallRead):
    """A call with its timeline."""

    timeline: list[dict[str, Any]]
    visits: list[VisitRead]
    disposition: DispositionRead | None

    @classmethod
    def of_view(cls, view: CallView, sees: Eyes) -> "CallDetail":
        """Everything about the call that this person may see."""
        head = CallRead.of(view.call, view.customer_name, sees)
        noted = view.disposition
        return cls(
            **head.model_dump(),
            timeline=[_seen(fact, sees) for fact in view.facts],
            visits=[
                VisitRead(
                    queue=visit.queue,
                    entered=visit.entered_at,
                    left=visit.left_at,
                    how=visit.how,
                    priority=visit.priority,
                    agent=visit.agent,
                )
                for visit in view.visits
            ],
            disposition=DispositionRead(
                agent=noted.agent,
                reason=noted.reason,
                fields=sees.fields(noted.fields),
                notes=sees.text(noted.notes),
            )
            if noted
            else None,
        )


def _seen(fact: dict[str, Any], sees: Eyes) -> dict[str, Any]:
    numbers = {n: sees.number(value) for n, value in fact.items() if n in NUMBERS}
    return sees.fields(fact) | numbers


class TodayRead(BaseModel):
    """The figures of a day; offered is the sum of the six that follow."""

    offered: int
    answered: int
    abandoned: int
    overflow: int
    called_back: int
    withdrawn: int
    waiting: int
    service_level: float | None
    abandon_rate: float | None
    asa_s: float | None
    longest_wait_s: float

    @classmethod
    def of(cls, figures: Figures) -> "TodayRead":
        """From the figures."""
        return cls(**{name: getattr(figures, name) for name in cls.model_fields})


class QueueRead(BaseModel):
    """A queue now and today."""

    name: str
    label: LocalizedText
    waiting: int
    longest_wait_s: float
    agents: dict[str, int]
    """How many of its agents are in which state."""
    today: TodayRead
