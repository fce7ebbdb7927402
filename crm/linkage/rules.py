"""Rules that join one thing to another: when a fact, then an act. Pure; the company edits them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

FactName = Literal["order_opened", "order_done", "account_changed", "payment_received"]
Act = Literal["block_payment", "lift_block", "open_order", "join_outage"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Effect = Literal[
    "connect", "transfer", "split", "merge", "demolish",
    "suspend", "resume", "disconnect", "area", "use",
]  # fmt: skip


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class When(_Shape):
    """What has to happen; whatever is left out does not matter."""

    fact: FactName
    types: tuple[Code, ...] = Field(default=(), max_length=50)
    """Of the work order."""
    urgencies: tuple[Literal["emergency", "urgent", "normal"], ...] = ()
    fields: Mapping[str, tuple[str, ...]] = Field(default_factory=dict, max_length=10)
    """What was filled into the order: one of these values in each of these fields."""
    effects: tuple[Effect, ...] = ()
    """What a request did to the account."""
    statuses: tuple[Literal["active", "suspended", "closed"], ...] = ()
    """Of the account."""
    settled: bool = False
    """Nothing is owed any more."""
    after: Code | None = None
    """The last one done of this type and of the type that the rule opens was of this type."""


class Then(_Shape):
    """What is done about it."""

    act: Act
    type: Code | None = None
    """Of the order that is opened."""
    words: LocalizedText | None = None
    """Why payment is blocked, or what the order is about."""
    rules: tuple[Code, ...] = Field(default=(), max_length=20)
    """Whose blocks are lifted; none: those of all rules."""


class Rule(_Shape):
    """One rule. Switched off it stays, and does nothing."""

    code: Code
    name: LocalizedText
    on: bool = True
    when: When
    then: Then


class Linkage(_Shape):
    """All rules; each fires for itself."""

    rules: tuple[Rule, ...] = Field(default=(), max_length=100)


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact with what is known around it."""

    fact: FactName
    type: str = ""
    urgency: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    by_rule: bool = False
    """A rule opened the order: no rule opens another one for it."""
    effect: str = ""
    status: str = ""
    settled: bool = False
    last_done: Mapping[str, str] = field(default_factory=dict)
    """For each type that may be asked for, which of the two was done last."""


def fits(rule: Rule, seen: Seen) -> bool:
    """Whether the rule fires for this."""
    when, asked = rule.when, rule.when.fields.items()
    return (
        rule.on
        and when.fact == seen.fact
        and (not when.types or seen.type in when.types)
        and (not when.urgencies or seen.urgency in when.urgencies)
        and (not when.effects or seen.effect in when.effects)
        and (not when.statuses or seen.status in when.statuses)
        and (not when.settled or seen.settled)
        and (when.after is None or seen.last_done.get(rule.code) == when.after)
        and all(_filled(seen.fields.get(name)) & set(any_of) for name, any_of in asked)
        and not (seen.by_rule and rule.then.act == "open_order")
    )  # fmt: skip


def _filled(value: Any) -> set[str]:
    if isinstance(value, bool):
        return {"yes" if value else "no"}
    return {str(one) for one in value} if isinstance(value, list) else {str(value)}


_OF_ORDERS: Final = frozenset({"order_opened", "order_done"})


def problems(body: Linkage) -> Sequence[Problem]:
    """What the shape cannot see."""
    codes = [rule.code for rule in body.rules]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    found = [Problem("error", "twice", code, Text("The code is used twice.")) for code in twice]
    return found + [each for rule in body.rules for each in _rule(rule, codes)]


def _rule(rule: Rule, codes: Sequence[str]) -> Iterator[Problem]:
    when, then = rule.when, rule.then
    if (then.act == "open_order") != (then.type is not None):
        words = Text("Which type of order is opened has to be said, and only then.")
        yield Problem("error", "type", rule.code, words)
    if then.act == "block_payment" and then.words is None:
        yield Problem("error", "words", rule.code, Text("It has to say why payment is blocked."))
    if when.fact not in _OF_ORDERS and (when.types or when.urgencies or when.fields):
        words = Text("Types, urgencies and fields are those of orders.")
        yield Problem("error", "fact", rule.code, words)
    if (then.act == "join_outage") and when.fact != "order_opened":
        words = Text("Only an order that is opened can become part of an outage's order.")
        yield Problem("error", "act", rule.code, words)
    if when.after is not None and then.act != "open_order":
        words = Text("What was done last matters only for a rule that opens an order.")
        yield Problem("error", "after", rule.code, words)
    for code in then.rules:
        if code not in codes:
            yield Problem("error", "no-rule", rule.code, Text("There is no such rule."))


FILE: Final = "linkage.yaml"
