"""Where a request stands, and why something may not be done with it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from crm.life_cycle.rules import Check, LifeCycle, RequestKind, Season
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text

State = Literal["documents", "approval", "orders", "date", "done", "refused", "withdrawn"]
OPEN: Final[tuple[State, ...]] = ("documents", "approval", "orders", "date")


class WrongStatus(MainlineError):
    """The account is not in the state that this needs."""

    code = "request-status"
    words = Text("The account is not in a state in which this can be requested.")


class OwesMoney(MainlineError):
    """Bills are open."""

    code = "request-arrears"
    words = Text("Bills are unpaid. They have to be settled first.")


class TooCloseToSeason(MainlineError):
    """The season is too near."""

    code = "request-too-late"
    words = Text("It would have had to be requested by %(last)s.")


class WithinSeason(MainlineError):
    """A season counts as a whole."""

    code = "request-within-season"
    words = Text(
        "A season counts as a whole: this has to be in effect by its first day, %(begins)s, or "
        "begin after it, from %(after)s on. If it was not decided in time, refuse the request and "
        "make a new one for the next season."
    )


class OrdersOpen(MainlineError):
    """Something is being done there."""

    code = "request-orders-open"
    words = Text("A work order for this account is still open.")


class OpenAlready(MainlineError):
    """The account has an open request."""

    code = "request-open-already"
    words = Text("A request for this account is open already: %(number)s.")


class NotNow(MainlineError):
    """The request does not stand there."""

    code = "request-state"
    words = Text("This cannot be done as the request stands.")


class InEffect(MainlineError):
    """What is in effect is not undone, but changed by another request."""

    code = "request-in-effect"
    words = Text("The request is in effect already. Only another request can change that.")


class NotYours(MainlineError):
    """The step belongs to another role."""

    code = "request-role"
    status = 403
    words = Text("This step is decided by somebody with another role.")


class OwnRequest(MainlineError):
    """Who asked does not decide."""

    code = "request-own"
    status = 403
    words = Text("Who made the request cannot decide about it.")


class DecidedBefore(MainlineError):
    """Each step is another person's."""

    code = "request-same-person"
    status = 403
    words = Text("You have agreed to an earlier step. Somebody else has to decide this one.")


class ReasonNeeded(Invalid):
    """Whoever asked is told why."""

    code = "request-reason"
    words = Text("Please say why.")


class WrongDate(Invalid):
    """Requests take effect from today on, within two years."""

    code = "request-date"
    words = Text("It can take effect from today on, within two years.")


AHEAD_MAX: Final = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks look at. Accounts that are merged are looked at together."""

    statuses: Sequence[str]
    owed_fen: int
    open_orders: int
    asked_on: date
    starts_on: date
    """When it takes effect, or would if all agreed now."""


def check(body: LifeCycle, kind: RequestKind, known: Known) -> None:
    """Refuse by the first check that is not passed."""
    for one in kind.checks:
        refusal = _refusal(body, one, known)
        if refusal is not None:
            raise refusal


def _refusal(body: LifeCycle, one: Check, known: Known) -> MainlineError | None:
    match one.check:
        case "status":
            fits = all(status in one.status for status in known.statuses)
            return None if fits else WrongStatus()
        case "no_arrears":
            return OwesMoney() if known.owed_fen > 0 else None
        case "no_open_orders":
            return OrdersOpen() if known.open_orders else None
        case "before_season":
            return _by_season(body.season, one.days, known) if body.season else None


def _by_season(season: Season, days: int, known: Known) -> MainlineError | None:
    """Asked for in time for the first season it counts in, and in effect when that begins."""
    begins = season.next_after(known.starts_on)
    last = begins - timedelta(days=days)
    if known.asked_on > last:
        return TooCloseToSeason(last=last.isoformat())
    if known.starts_on > begins:
        after = season.last_of(begins) + timedelta(days=1)
        return WithinSeason(begins=begins.isoformat(), after=after.isoformat())
    return None


def check_date(effective_on: date, today: date) -> None:
    """Refuse what was, and what nobody can know."""
    if not today <= effective_on <= today + AHEAD_MAX:
        raise WrongDate


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there of a request."""

    documents: frozenset[str]
    approved_by: tuple[str, ...]
    unfinished: int
    """Orders that follow and are not done, or not opened yet."""
    effective_on: date
    today: date


def missing(kind: RequestKind, documents: frozenset[str]) -> tuple[str, ...]:
    """The papers that are still to be handed in."""
    return tuple(one.code for one in kind.documents if one.required and one.code not in documents)


def agreed(kind: RequestKind, standing: Standing) -> bool:
    """Whether nothing but work and time stands between the request and its effect."""
    complete = not missing(kind, standing.documents)
    return complete and len(standing.approved_by) >= len(kind.approvals)


def state_of(kind: RequestKind, standing: Standing) -> State:
    """Where it stands; ``done`` when it takes effect now."""
    if missing(kind, standing.documents):
        return "documents"
    if not agreed(kind, standing):
        return "approval"
    if standing.unfinished:
        return "orders"
    return "date" if standing.effective_on > standing.today else "done"


def check_decider(
    kind: RequestKind, state: str, asked_by: str, approved_by: Sequence[str], by: str,
    roles: frozenset[str],
) -> None:  # fmt: skip
    """Refuse whoever may not decide the step that is next."""
    if state != "approval":
        raise InEffect if state == "done" else NotNow
    if kind.approvals[len(approved_by)].role not in roles:
        raise NotYours
    if by == asked_by:
        raise OwnRequest
    if by in approved_by:
        raise DecidedBefore
