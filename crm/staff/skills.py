"""Routing by skill: which queues need what, as the company defines it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mainline.definitions import Problem
from mainline.i18n import Text

Skill = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class SkilledQueue(BaseModel):
    """A queue that only those answer who can do all of this."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: str = Field(pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    needs: tuple[Skill, ...] = Field(min_length=1, max_length=10)
    penalty: int = Field(default=0, ge=0, le=100)
    """Of those whom the staff list gives no penalty of their own; lower is rung first."""


class SkillRouting(BaseModel):
    """The queues that need skills; all others are answered by whoever the staff list names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queues: tuple[SkilledQueue, ...] = Field(default=(), max_length=100)

    def needs(self, queue: str) -> Sequence[Skill] | None:
        """The skills of who answers it; None where the staff list says who does."""
        return next((each.needs for each in self.queues if each.queue == queue), None)

    def served(self, named: Mapping[str, int], skills: Sequence[str]) -> dict[str, int]:
        """The queues an agent answers, with the penalty in each."""
        able = {each.queue: each.penalty for each in self.queues if set(each.needs) <= set(skills)}
        closed = {each.queue for each in self.queues} - set(able)
        own = {queue: penalty for queue, penalty in named.items() if queue not in closed}
        return dict(sorted({**able, **own}.items()))


def problems(body: SkillRouting) -> Sequence[Problem]:
    """Queues named twice."""
    names = [each.queue for each in body.queues]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [Problem("error", "twice", name, Text("The name is used twice.")) for name in twice]
