"""What hangs on a type of work orders: follow-ups, fees, the printed form, hours. Pure."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from crm.catalog.fields import When
from crm.catalog.measuring import NAME, Hours
from mainline.text import LocalizedText

FEN_MAX: Final = 100_000_000
QUANTITY_MAX: Final = 999
FIELD_PREFIX: Final = "field."
FACTS: Final = frozenset(
    {
        *("number", "type", "urgency", "step", "source", "summary"),
        *("opened_at", "due_respond_at", "due_arrive_at", "due_complete_at", "visit"),
        *("customer", "phone", "address", "account", "team", "owner", "overseer"),
    }
)
"""What a printed form can show of any order."""
WHOLE: Final = frozenset({"fields", "fees", "history"})
"""What it can show at its full width."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FollowUp(_Part):
    """Doing that with an order opens another one for the same customer and place."""

    after: str = Field(pattern=NAME)
    type: str = Field(pattern=NAME)
    when: When | None = None
    note: LocalizedText | None = None


class FeeLine(_Part):
    """What can be charged with an order, for one piece, in whole fen."""

    code: str = Field(pattern=NAME)
    label: LocalizedText
    amount_fen: int = Field(ge=0, le=FEN_MAX, strict=True)
    unit: LocalizedText | None = None
    usual: int = Field(default=0, ge=0, le=QUANTITY_MAX)
    """So many are proposed."""


class ClosedHours(Hours):
    """In these hours that may not be done with an order of this type."""

    action: str = Field(pattern=NAME)


class PrintSection(_Part):
    """A part of the printed form: facts of the order, ``field.<name>``, or a whole list."""

    label: LocalizedText
    items: tuple[Annotated[str, StringConstraints(max_length=40)], ...] = Field(
        min_length=1, max_length=40
    )


class PrintForm(_Part):
    """The company's form of an order."""

    heading: LocalizedText
    title: LocalizedText
    code: Literal["qr", "bars", "both"] = "both"
    """How the order's number can be read by a machine."""
    sections: tuple[PrintSection, ...] = Field(min_length=1, max_length=12)
    signatures: tuple[LocalizedText, ...] = Field(default=(), max_length=6)
    notes: LocalizedText | None = None
