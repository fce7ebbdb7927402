"""Whom to send: each person with points, and every reason for them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.dispatch.rules import DispatchRules, Weights
from crm.field.places import Point, distance_km


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be sent, and what they do now."""

    login: str
    name: str
    """As orders know them."""
    team: str
    skills: frozenset[str]
    on_shift: bool
    point: Point | None = None
    age_min: int | None = None
    """How old their position is; None: not known, or too old to be of use."""
    orders: int = 0
    late: int = 0
    emergencies: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """The order somebody is sent for."""

    type_code: str
    team: str
    urgent: bool
    """An emergency: nobody's other work counts as much."""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that counts; ``points`` below zero count against somebody."""

    code: str
    value: float | str = ""
    points: float = 0.0

    def __str__(self) -> str:
        shown = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        return f"{self.code}:{shown}" if shown else self.code


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody with all reasons; who lacks a skill is no proposal, and is told why."""

    person: Person
    reasons: Sequence[Reason]
    fits: bool

    @property
    def score(self) -> float:
        """100 for somebody who stands before the door with nothing else to do."""
        return round(100 + sum(reason.points for reason in self.reasons), 1)

    @property
    def km(self) -> float | None:
        """How far it is, if that is known."""
        found = next((one.value for one in self.reasons if one.code == "distance"), None)
        return found if isinstance(found, float) else None


def propose(rules: DispatchRules, task: Task, people: Iterable[Person]) -> list[Proposal]:
    """Everybody, the best first; those who lack a skill last."""
    found = [_proposal(rules, task, person) for person in people]
    return sorted(found, key=lambda one: (not one.fits, -one.score, one.person.login))


def automatic(
    rules: DispatchRules, task: Task, people: Iterable[Person]
) -> tuple[Proposal | None, list[Proposal]]:
    """Whom the rule for emergencies sends: nobody, if nobody may be sent. With all proposals."""
    found = propose(rules, task, people)
    rule = rules.emergencies
    able = (
        one
        for one in found
        if one.fits
        and one.person.on_shift
        and (one.person.team == task.team or not rule.same_team)
        and (one.km is None or one.km <= rule.km_max)
    )
    return next(able, None), found


def _proposal(rules: DispatchRules, task: Task, person: Person) -> Proposal:
    missing = [
        skill for skill in rules.skills.get(task.type_code, ()) if skill not in person.skills
    ]
    reasons = [
        *_distance(rules.weights, task, person),
        *_load(rules.weights, task, person),
        *_skills(rules, task, missing),
        *_team(rules.weights, task, person),
        *_shift(rules.weights, person),
    ]
    return Proposal(person, reasons, not missing)


def _distance(weights: Weights, task: Task, person: Person) -> Iterator[Reason]:
    if task.point is None or person.point is None or person.age_min is None:
        yield Reason("no-place", "", -weights.unknown_place)
        return
    km = round(distance_km(person.point, task.point), 1)
    yield Reason("distance", km, -weights.km * km)
    yield Reason("age", float(person.age_min))


def _load(weights: Weights, task: Task, person: Person) -> Iterator[Reason]:
    share = 0.5 if task.urgent else 1.0
    yield Reason("load", float(person.orders), -weights.order * share * person.orders)
    if person.late:
        yield Reason("late", float(person.late), -weights.late_order * share * person.late)
    if person.emergencies:
        yield Reason("emergency", float(person.emergencies), -weights.emergency)


def _skills(rules: DispatchRules, task: Task, missing: Sequence[str]) -> Iterator[Reason]:
    for skill in rules.skills.get(task.type_code, ()):
        yield Reason("lacks" if skill in missing else "skill", skill)


def _team(weights: Weights, task: Task, person: Person) -> Iterator[Reason]:
    same = person.team == task.team
    yield Reason("team" if same else "other-team", "", 0 if same else -weights.other_team)


def _shift(weights: Weights, person: Person) -> Iterator[Reason]:
    works = person.on_shift
    yield Reason("on-shift" if works else "off-shift", "", 0 if works else -weights.off_shift)
