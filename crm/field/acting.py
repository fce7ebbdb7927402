"""How an order stood for whoever acted on it, and whether it stands so still. Pure."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.field.rules import Report
from crm.work_orders.flow import State

Kind = Literal["move", "note", "choose"]


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
    based_on: Seen
    at: AwareDatetime

    def body(self) -> dict[str, Any]:
        """What is kept of it beside its columns."""
        return {"note": self.note, "report": self.report.model_dump(mode="json")}
