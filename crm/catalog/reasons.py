"""What calls are about: a tree the company edits. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from crm.catalog.fields import FormField
from mainline.definitions import Problem
from mainline.errors import NotFound
from mainline.i18n import Text
from mainline.text import LocalizedText

DEPTH_MAX: Final = 4


class Reason(BaseModel):
    """A node. Leaves are what an agent picks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    label: LocalizedText
    fields: tuple[FormField, ...] = Field(default=(), max_length=20)
    work_order: str | None = None
    """The type of work order that usually follows."""
    children: tuple["Reason", ...] = Field(default=(), max_length=40)

    @property
    def is_leaf(self) -> bool:
        """Whether it can be picked."""
        return not self.children


class CallReasons(BaseModel):
    """The whole tree."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reasons: tuple[Reason, ...] = Field(min_length=1, max_length=40)

    def all(self) -> Iterator[tuple[tuple[Reason, ...], Reason]]:
        """Every node with those above it."""
        yield from _below((), self.reasons)

    def leaf(self, code: str) -> Reason:
        """The reason with this code; NotFound when there is none that can be picked."""
        for _, reason in self.all():
            if reason.code == code and reason.is_leaf:
                return reason
        raise NotFound("reason")

    def trail(self, code: str) -> tuple[Reason, ...]:
        """From the top down to the reason; empty when it is unknown (an old version's)."""
        return next(((*above, one) for above, one in self.all() if one.code == code), ())


def _below(
    above: tuple[Reason, ...], reasons: Sequence[Reason]
) -> Iterator[tuple[tuple[Reason, ...], Reason]]:
    for reason in reasons:
        yield above, reason
        yield from _below((*above, reason), reason.children)


def problems(tree: CallReasons) -> list[Problem]:
    """Codes used twice, trees too deep to be used while somebody talks, fields that nobody sees."""
    found: list[Problem] = []
    seen: set[str] = set()
    for above, reason in tree.all():
        where = "/".join((*(one.code for one in above), reason.code))
        if reason.code in seen:
            found.append(Problem("error", "twice", where, Text("The code is used twice.")))
        if len(above) >= DEPTH_MAX:
            found.append(Problem("error", "deep", where, Text("The tree is too deep.")))
        if reason.children and (reason.fields or reason.work_order):
            words = Text("Only a reason that can be picked has fields or a work order.")
            found.append(Problem("warning", "not-a-leaf", where, words))
        seen.add(reason.code)
    return found
