"""Who calls: what the screen pop shows while it rings. Everything it cannot find is left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.panels.again import Again, again
from agentdesk.panels.route import Turn, came_by
from agentdesk.panels.urgency import Emergency, emergency
from crm.areas import queries as areas
from crm.areas.models import ServiceArea
from crm.billing import blocks
from crm.billing import queries as billing
from crm.billing.models import PaymentBlock
from crm.billing.queries import Arrears
from crm.billing.readings import MeterView, meters
from crm.catalog import service as catalog
from crm.catalog.queues import QueueDefinition
from crm.customers import queries as customers
from crm.customers.identify import Candidate, identify
from crm.customers.queries import AccountView, CustomerView
from crm.outages import service as outages
from crm.outages.models import Outage
from crm.sense.queries import Suspicion, suspected_around
from crm.watch import service as watch
from crm.watch.models import WatchEntry
from ivr.kinds import IVR_MENU, LINE, POLICIES
from ivr.lines import Line, line_for
from ivr.menu import MenuTree
from ivr.policies import Policies, Topic
from mainline import clock, definitions
from mainline.config import Settings
from mainline.errors import MainlineError, NotFound
from mainline.i18n import current_locale
from mainline.ids import call_subject
from mainline.journal import Event, entries_after
from mainline.journal.call_events import (
    CallerIdentified,
    CallerNotVerified,
    CallerVerified,
    CallOffered,
    CallPlaced,
    CallUrgent,
    MenuStarted,
    QueueEntered,
)
from mainline.phone import normalise
from mainline.text import LocalizedText

E = TypeVar("E", bound=Event)
FEW: Final = 3
"""Homes of a caller that are in sight at once."""


@dataclass(frozen=True, slots=True)
class AccountBox:
    """An account with what is owed, and what is interrupted at its address."""

    account: AccountView
    owed: Arrears
    outages: Sequence[Outage] = ()
    areas: Sequence[ServiceArea] = ()
    meters: Sequence[MeterView] = ()
    suspected: Sequence[Suspicion] = ()
    blocks: Sequence[PaymentBlock] = ()

    @property
    def alerts(self) -> bool:
        """Whether it is to be seen at once: overdue, blocked, interrupted or suspected to be."""
        return bool(self.owed.overdue_fen or self.blocks or self.outages or self.suspected)

    @property
    def served_by(self) -> str:
        """Branch and station, in the language of the request."""
        english = current_locale() == "en"
        return " · ".join(one.name_en if english else one.name_zh for one in self.areas)

    @property
    def address(self) -> str:
        """In the language of the request."""
        english = current_locale() == "en" and self.account.address_en
        return self.account.address_en if english else self.account.address_zh


@dataclass(slots=True)
class CallerView:
    """The screen pop of one call."""

    call_id: str
    seen: int = 0
    """The newest fact of the call that is in it."""
    number: str = ""
    line: str = ""
    queue: str = ""
    waited_since: datetime | None = None
    how: str = ""
    proof: str = ""
    """``number``, ``keyed`` or ``refused``; empty while nobody asked for anything private."""
    outgoing: bool = False
    language: str = ""
    route: list[Turn] = field(default_factory=list)
    customer: CustomerView | None = None
    unconfirmed: bool = False
    """Nobody has confirmed yet that the number on the line is this customer's."""
    account_id: int | None = None
    accounts: list[AccountBox] = field(default_factory=list)
    candidates: Sequence[Candidate] = ()
    emergency: Emergency | None = None
    again: Again | None = None
    watched: Sequence[WatchEntry] = ()
    """Why to be careful with this customer."""
    policies: Sequence[tuple[Topic, LocalizedText]] = ()
    """Prices and rules for a customer of this class."""

    @property
    def first_accounts(self) -> Sequence[AccountBox]:
        """Those in sight."""
        return self.accounts[: FEW if len(self.accounts) > FEW + 1 else None]

    @property
    def more_accounts(self) -> Sequence[AccountBox]:
        """The others, which are opened: orders and last calls are not to be pushed out of sight."""
        return self.accounts[len(self.first_accounts) :]

    @property
    def more_alerts(self) -> int:
        """How many of the others are to be seen at once."""
        return sum(each.alerts for each in self.more_accounts)


async def facts(session: AsyncSession, call_id: str) -> tuple[list[Event], int]:
    """What the journal knows of the call, and up to where; NotFound when it knows nothing."""
    found = await entries_after(session, 0, subject=call_subject(call_id))
    if not found:
        raise NotFound("call")
    return [entry.event for entry in found], max(entry.id for entry in found)


async def caller(session: AsyncSession, settings: Settings, call_id: str) -> CallerView:
    """Everything about the caller of this call."""
    events, seen = await facts(session, call_id)
    view = CallerView(call_id, seen=seen)
    _from_facts(view, events)
    await _name_places(session, view, events)
    view.again = again(events)
    if (urgent := last(events, CallUrgent)) is not None:
        view.emergency = await emergency(session, call_id, urgent.fault)
    identified = last(events, CallerIdentified)
    if identified is not None:
        view.how, view.account_id = identified.how, identified.account_id
    view.proof = proof(events)
    if identified is not None and identified.customer_id is not None:
        await add_customer(session, settings, view, identified.customer_id)
    elif view.number:
        await _candidates(session, settings, view)
    view.unconfirmed = _unconfirmed(view, settings.home_area_code)
    return view


def _unconfirmed(view: CallerView, area_code: str) -> bool:
    number = normalise(view.number, area_code=area_code).number
    if view.customer is None or number is None:
        return False
    return not any(one.number == number and one.confirmed for one in view.customer.phones)


def last(events: Sequence[Event], kind: type[E]) -> E | None:
    """The newest fact of that kind."""
    return next((event for event in reversed(events) if isinstance(event, kind)), None)


def number_of(events: Sequence[Event]) -> str:
    """Who calls or was called; empty when it is hidden."""
    offered, placed = last(events, CallOffered), last(events, CallPlaced)
    return offered.ani if offered is not None else placed.number if placed is not None else ""


def proof(events: Sequence[Event]) -> str:
    """How the caller's identity was checked by keypad; the last check counts."""
    checks = (each for each in reversed(events)
              if isinstance(each, CallerVerified | CallerNotVerified))  # fmt: skip
    check = next(checks, None)
    if isinstance(check, CallerVerified):
        return check.how
    return "refused" if check is not None else ""


def _from_facts(view: CallerView, events: Sequence[Event]) -> None:
    offered, placed = last(events, CallOffered), last(events, CallPlaced)
    queued, menu = last(events, QueueEntered), last(events, MenuStarted)
    view.number = number_of(events)
    if offered is not None:
        view.line = offered.dnis
    else:
        view.outgoing = placed is not None
    if queued is not None:
        view.queue, view.waited_since = queued.queue, queued.at
    if menu is not None:
        view.language = menu.language


async def _name_places(session: AsyncSession, view: CallerView, events: Sequence[Event]) -> None:
    """Lines, queues and menu keys in words; a missing definition leaves the bare name."""
    locale = current_locale()
    for queue in await _queues(session):
        if queue.name == view.queue:
            view.queue = queue.label.to(locale)
    line = line_for(await _lines(session), view.line) if view.line else None
    view.line = line.name.to(locale) if line is not None else view.line
    view.route = came_by(events, await trees_of(session, events), locale)


async def _queues(session: AsyncSession) -> Sequence[QueueDefinition]:
    try:
        return await catalog.queues(session)
    except MainlineError:
        return ()


async def _lines(session: AsyncSession) -> list[Line]:
    names = await definitions.names(session, LINE.name)
    found = [await definitions.current(session, LINE.name, name) for name in names]
    return [cast(Line, each.body) for each in found]


async def trees_of(session: AsyncSession, events: Sequence[Event]) -> dict[str, MenuTree]:
    """The menus that the call went through, each in the version it began with."""
    found: dict[str, MenuTree] = {}
    for event in events:
        if isinstance(event, MenuStarted) and event.menu not in found:
            try:
                tree = await definitions.version(session, IVR_MENU.name, event.menu, event.version)
            except MainlineError:
                continue
            found[event.menu] = cast(MenuTree, tree.body)
    return found


async def add_customer(
    session: AsyncSession, settings: Settings, view: CallerView, customer_id: int
) -> None:
    """The customer with accounts, arrears and interruptions."""
    try:
        view.customer = await customers.view(session, customer_id)
    except NotFound:
        return
    view.policies = (await definitions.rules(session, POLICIES, Policies())).of(
        view.customer.customer.customer_class
    )
    accounts = view.customer.accounts
    today = clock.now().astimezone(settings.zone).date()
    owed = await billing.arrears_of(session, [each.id for each in accounts], today=today)
    view.watched = await watch.standing(session, view.customer.customer.id, today)
    homes = [each.premise_id for each in accounts]
    served = await areas.of_premises(session, homes)
    interrupted = await outages.for_premises(session, homes)
    suspected = await suspected_around(session, homes)
    metered = await meters(session, [each.id for each in accounts], limit=1)
    blocked = await blocks.of_accounts(session, [each.id for each in accounts])
    boxes = [
        AccountBox(
            account,
            owed.get(account.id, Arrears()),
            interrupted.get(account.premise_id, ()),
            served.get(account.premise_id, ()),
            metered.get(account.id, ()),
            suspected.get(account.premise_id, ()),
            blocked.get(account.id, ()),
        )
        for account in accounts
    ]
    view.accounts = sorted(
        boxes, key=lambda box: (box.account.id != view.account_id, not box.alerts)
    )


async def _candidates(session: AsyncSession, settings: Settings, view: CallerView) -> None:
    """Nobody was told yet: who may it be, by the number."""
    found = await identify(session, view.number, area_code=settings.home_area_code)
    view.candidates = found.candidates
    if not view.how:
        view.how = found.how
    if len(found.candidates) == 1:
        await add_customer(session, settings, view, found.candidates[0].customer_id)
        view.candidates = ()
