"""What a caller is told first, as the company defines it. Pure."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mainline.definitions import Problem
from mainline.i18n import Text

ReasonKind = Literal["outage", "visit", "repeat", "order", "overdue"]
PRESSING: Final[tuple[ReasonKind, ...]] = ("outage", "visit", "repeat", "order", "overdue")
RAISED_MAX: Final = 90
"""Behind whom the leader lets go ahead, and behind every emergency."""


class RepeatRules(BaseModel):
    """Who calls again about the same matter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_days: int = Field(default=14, ge=1, le=90)
    """Calls about an open order count for so long."""
    reason_hours: int = Field(default=24, ge=1, le=720)
    """Without an order, calls that were noted under the same reason count for so long."""
    wait_s: int = Field(default=15, ge=0, le=60)
    """So long the agent of before is waited for."""
    raise_by: int = Field(default=20, ge=0, le=RAISED_MAX)
    """Priority for each earlier call."""
    escalate_at: int = Field(default=2, ge=1, le=10)
    """From so many earlier calls on, the order is urged by itself."""

    def priority(self, calls: int) -> int:
        """How far ahead somebody goes who has called so often."""
        return min(RAISED_MAX, self.raise_by * calls)


class ContextRules(BaseModel):
    """At most one reason is told, the first of ``reasons`` that there is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    reasons: tuple[ReasonKind, ...] = Field(default=PRESSING, max_length=len(PRESSING))
    """The most pressing first; those left out are never told."""
    more_key: str = Field(default="1", pattern=r"^[1-9]$")
    """Hears more; where the menu begins with an emergency, not the key of that."""
    order_days: int = Field(default=30, ge=1, le=365)
    """Orders opened before are not told."""
    overdue_from_fen: int = Field(default=100, ge=1)
    repeat: RepeatRules = RepeatRules()

    @model_validator(mode="before")
    @classmethod
    def _of_former_days(cls, body: Any) -> Any:
        """Versions from before times were booked name fields of orders, which nobody reads now."""
        if isinstance(body, dict):
            return {name: value for name, value in body.items() if name != "visit_fields"}
        return body


def problems(body: ContextRules) -> Sequence[Problem]:
    """Reasons named twice."""
    words = Text("The name is used twice.")
    named = body.reasons
    twice = sorted({kind for kind in named if named.count(kind) > 1})
    return [Problem("error", "twice", kind, words) for kind in twice]
