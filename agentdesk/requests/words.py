"""What states, needs and steps of requests are called."""

from collections.abc import Callable
from typing import Any, Final

from crm.life_cycle import events, flow
from crm.life_cycle.details import NeedsAddress, NeedsOtherAccount, NeedsPerson
from crm.life_cycle.rules import RequestKind
from crm.staff.roles import Roles
from mainline.errors import MainlineError
from mainline.i18n import Text, _, current_locale
from mainline.journal import Event

STATES: Final[dict[str, Text]] = {
    "documents": Text("papers missing"),
    "approval": Text("to be approved"),
    "orders": Text("work under way"),
    "date": Text("waits for its day"),
    "done": Text("in effect"),
    "refused": Text("refused"),
    "withdrawn": Text("withdrawn"),
}
TONES: Final[dict[str, str]] = {
    "documents": "warn", "approval": "live", "orders": "", "date": "", "done": "good",
    "refused": "bad", "withdrawn": "",
}  # fmt: skip
SHOWN: Final[dict[str, Text]] = {
    "open": Text("Unfinished"),
    "documents": Text("Papers missing"),
    "approval": Text("To be approved"),
    "orders": Text("Work under way"),
    "done": Text("In effect"),
    "all": Text("All"),
}
USES: Final[dict[str, Text]] = {
    "residential": Text("Residential"),
    "commercial": Text("Commercial"),
    "public": Text("Public institution"),
    "industrial": Text("Industrial"),
}
CHANGES: Final[dict[str, Text]] = {
    "owner": Text("Owner"),
    "status": Text("State"),
    "area_m2": Text("Area in m²"),
    "use": Text("Use"),
    "split": Text("Split off"),
    "merged": Text("Merged in"),
    "merged_into": Text("Merged into"),
    "account": Text("Account"),
    "address": Text("Address"),
}
_REFUSALS: Final[dict[str, type[MainlineError]]] = {
    each.code: each
    for each in (
        flow.WrongStatus, flow.OwesMoney, flow.OrdersOpen, NeedsAddress, NeedsOtherAccount,
        NeedsPerson,
    )
}  # fmt: skip


def stopped_words(code: str) -> str:
    """Why it could not take effect."""
    refusal = _REFUSALS.get(code, MainlineError)
    return refusal.words.to(current_locale())


def line(event: Event, kind: RequestKind, roles: Roles) -> str:
    """One step of a request's history; the roles, as the company has them now."""
    if isinstance(event, events.RequestApproved):
        return _agreed(event, roles)
    for each, say in _LINES.items():
        if isinstance(event, each):
            return say(event, kind)
    return event.kind


def _paper(event: Any, kind: RequestKind) -> str:
    names = {one.code: one.name.to(current_locale()) for one in kind.documents}
    words = _("%(by)s received: %(paper)s", by=event.by, paper=names.get(event.document, ""))
    return _with(words, event.note)


def _agreed(event: events.RequestApproved, roles: Roles) -> str:
    role = roles.named(event.role).to(current_locale())
    return _with(_("%(by)s agreed as %(role)s", by=event.by, role=role), event.note)


def _with(words: str, note: str) -> str:
    return f"{words} · {note}" if note else words


_LINES: Final[dict[type[Event], Callable[[Any, RequestKind], str]]] = {
    events.RequestAsked: lambda e, _k: _("%(by)s made the request", by=e.by),
    events.RequestAskedAgain: lambda e, _k: _with(_("%(by)s asked for it again", by=e.by), e.note),
    events.RequestDocument: _paper,
    events.RequestOrdered: lambda e, _k: _("order %(number)s was opened", number=e.work_order),
    events.RequestRefused: lambda e, _k: _with(_("%(by)s refused", by=e.by), e.note),
    events.RequestWithdrawn: lambda e, _k: _with(_("%(by)s withdrew it", by=e.by), e.note),
    events.RequestStopped: lambda e, _k: _with(_("could not take effect"), stopped_words(e.why)),
    events.RequestDone: lambda e, _k: _("is in effect, agreed by %(by)s", by=e.by),
}
