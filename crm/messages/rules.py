"""Whose task a message is, and until when. Pure; the company changes it as a definition."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text

About = Literal["message", "complaint"]
_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
Clock = Annotated[str, Field(pattern=_CLOCK)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Shape):
    """For messages left at one of these nodes of the menu, or for all of that kind."""

    about: About
    nodes: tuple[str, ...] = Field(default=(), max_length=50)
    owner: str = Field(min_length=1, max_length=64)
    """A person's name of sign-in, an agent's number, or a team that shares the list."""
    due_minutes: int = Field(ge=5, le=30 * 24 * 60)


class MessageRules(_Shape):
    """The first rule that fits counts. Outside of these hours time stands still."""

    begins: Clock = "08:00"
    ends: Clock = "20:00"
    rules: tuple[Rule, ...] = Field(
        default=(
            Rule(about="complaint", nodes=("complaint",), owner="leader", due_minutes=120),
            Rule(about="message", owner="service", due_minutes=240),
        ),
        min_length=1,
        max_length=50,
    )


def problems(body: MessageRules) -> Sequence[Problem]:
    """What the shape cannot see."""
    found = []
    if body.begins >= body.ends:
        words = Text("The hours end before they begin.")
        found.append(Problem("error", "hours-reversed", "ends", words))
    if not any(rule.about == "message" and not rule.nodes for rule in body.rules):
        words = Text("No rule is for all messages: one without nodes must be there.")
        found.append(Problem("error", "no-rule", "rules", words))
    return found


def rule_for(body: MessageRules, path: Collection[str]) -> Rule:
    """The rule for a message of a caller who came by these nodes."""
    left_at = (rule for rule in body.rules if set(rule.nodes) & set(path))
    return next(left_at, None) or rule_about(body, "message")


def rule_about(body: MessageRules, about: About) -> Rule:
    """The rule for all of a kind; the last one when none is for all."""
    fitting = [rule for rule in body.rules if rule.about == about]
    return next((rule for rule in fitting if not rule.nodes), (fitting or list(body.rules))[-1])


def due(body: MessageRules, rule: Rule, at: datetime, zone: ZoneInfo) -> datetime:
    """Until when; counted from the next opening when it was left outside of the hours."""
    local = at.astimezone(zone)
    begins, ends = time.fromisoformat(body.begins), time.fromisoformat(body.ends)
    if local.time() >= ends:
        local = datetime.combine(local.date() + timedelta(days=1), begins, zone)
    elif local.time() < begins:
        local = datetime.combine(local.date(), begins, zone)
    return (local + timedelta(minutes=rule.due_minutes)).astimezone(at.tzinfo)
