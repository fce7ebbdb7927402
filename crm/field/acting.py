"""How an order stood for whoever acted on it, and whether it stands so still. Pure."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

from crm.catalog.fields import PHOTOS_MAX, TEXT_CHARS_MAX
from crm.catalog.measuring import NAME
from crm.field.rules import Report
from crm.work_orders.flow import State

Kind = Literal["move", "note", "choose"]
Name = Annotated[str, StringConstraints(pattern=NAME)]
Plain = Annotated[str, StringConstraints(max_length=TEXT_CHARS_MAX)] | bool | int | FiniteFloat
Parts = Annotated[dict[Name, Plain], Field(max_length=10)]
Value = (
    Plain
    | Annotated[
        list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=PHOTOS_MAX)
    ]
    | Annotated[dict[Name, Plain | Parts], Field(max_length=10)]
)
"""Of a field: plain, the names of photos, or a measurement with its parts."""


class Seen(BaseModel):
    """What of an order decides whether an act may still be meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str = Field(max_length=32)
    owner: str = Field(max_length=64)
    paused: bool = False

    @classmethod
    def of(cls, state: State) -> "Seen":
        """Of an order as it stands."""
        return cls(step=state.step, owner=state.owner, paused=state.paused)


class ActIn(BaseModel):
    """Something done in the field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[A-Za-z0-9-]{8,40}$")
    seq: int = Field(ge=1, le=2**31 - 1)
    order: str = Field(pattern=r"^[0-9-]{4,20}$")
    kind: Kind
    action: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    """A way of the flow; on_way or report; mine or theirs."""
    note: str = Field(default="", max_length=2000)
    report: Report = Report()
    fields: dict[Name, Value] = Field(default_factory=dict, max_length=40)
    """What is filled in with it, as the type asks; of a choice: what was missing."""
    based_on: Seen
    at: AwareDatetime

    def body(self) -> dict[str, Any]:
        """What is kept of it beside its columns."""
        report = self.report.model_dump(mode="json")
        return {"note": self.note, "report": report, "fields": self.fields}
