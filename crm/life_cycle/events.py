"""Facts about requests, subject ``request:<number>``; what they changed, ``account:<id>``."""

from datetime import date

from mainline.journal import Event, event_kind


def request_subject(number: str) -> str:
    """The journal's subject of a request."""
    return f"request:{number}"


@event_kind("request.asked")
class RequestAsked(Event):
    """Somebody requested something; ``number`` is honoured at every counter."""

    number: str
    what: str
    version: int
    account_id: int | None
    customer_id: int
    effective_on: date
    by: str
    call_id: str | None = None


@event_kind("request.asked-again")
class RequestAskedAgain(Event):
    """Somebody asked for what was open already: it became no second request."""

    number: str
    by: str
    key: str
    call_id: str | None = None
    note: str = ""


@event_kind("request.document")
class RequestDocument(Event):
    """A paper was handed in."""

    number: str
    document: str
    by: str
    note: str = ""


@event_kind("request.approved")
class RequestApproved(Event):
    """Somebody agreed to a step, the first of which is 1."""

    number: str
    what: str
    step: int
    role: str
    by: str
    note: str = ""


@event_kind("request.ordered")
class RequestOrdered(Event):
    """A work order follows from it."""

    number: str
    work_order: str
    by: str


@event_kind("request.refused")
class RequestRefused(Event):
    """Somebody did not agree."""

    number: str
    what: str
    by: str
    note: str


@event_kind("request.withdrawn")
class RequestWithdrawn(Event):
    """It will not take effect."""

    number: str
    what: str
    by: str
    note: str


@event_kind("request.stopped")
class RequestStopped(Event):
    """It could not take effect; ``why`` is the code of the refusal."""

    number: str
    why: str


@event_kind("request.done")
class RequestDone(Event):
    """It is in effect."""

    number: str
    what: str
    by: str


@event_kind("account.changed")
class AccountChanged(Event):
    """The archive is another one: what was, and what is."""

    number: str
    effect: str
    customer_id: int
    effective_on: date
    by: str
    before: dict[str, str]
    after: dict[str, str]


class _Role(Event):
    role_id: int
    customer_id: int
    role: str
    by: str
    why: str


@event_kind("account.role_given")
class AccountRoleGiven(_Role):
    """Somebody is tenant, payer or property company from that day on; subject ``account:<id>``."""

    since: date


@event_kind("account.role_ended")
class AccountRoleEnded(_Role):
    """They are it no more from that day on."""

    until: date
