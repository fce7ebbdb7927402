"""Earlier calls of a caller, open orders of a customer, an agent's own calls of today."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.panels.terms import outcome_words
from crm.appointments import queries as appointments
from crm.appointments.models import Appointment
from crm.catalog import service as catalog
from crm.catalog.reasons import CallReasons
from crm.catalog.work_order_types import WorkOrderTypes
from crm.interactions import queries as interactions
from crm.interactions.models import Interaction
from crm.staff.models import ELSEWHERE, AgentFact
from crm.staff.roles import HOUSE_NAMES
from crm.work_orders import clocks
from crm.work_orders import queries as work_orders
from crm.work_orders.limits import Gauge, Limits, gauge
from crm.work_orders.models import WorkOrder
from mainline import clock
from mainline.errors import MainlineError
from mainline.i18n import Locale, _, current_locale
from mainline.journal.talk_events import AgentMissed

SHOWN = 6
TODAY_MAX = 200


@dataclass(frozen=True, slots=True)
class Contact:
    """A call, in words."""

    call: Interaction
    reason: str
    outcome: str
    customer: str = ""
    missed: bool = False
    """It rang at the agent's, and nobody answered there."""

    @property
    def owed(self) -> bool:
        """The talk is over, and what it was about is not noted yet."""
        over = self.call.ended_at is not None and self.call.answered_at is not None
        return over and self.call.reason is None and not self.missed


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An open order, in words."""

    order: WorkOrder
    type: str
    step: str
    overdue: bool
    owner: str
    """The team in words, or the person."""
    clock: Gauge | None = None
    """The limit that counts now; None: nothing is to be done any more."""
    visit: Appointment | None = None
    """When somebody comes."""


async def contacts(
    session: AsyncSession, call_id: str, customer_id: int | None, number: str
) -> list[Contact]:
    """The last calls of this customer, or of this number when the customer is not known."""
    if customer_id is not None:
        wanted = interactions.Filter(customer_id=customer_id)
    elif number.strip("+").isdigit():
        wanted = interactions.Filter(ani=number)
    else:
        return []
    found = await interactions.find(session, wanted, limit=SHOWN + 1)
    return await _told(session, [each for each in found if each.id != call_id][:SHOWN])


async def calls_of_today(session: AsyncSession, agent: str, zone: ZoneInfo) -> list[Contact]:
    """What this agent talked about today, and what rang without an answer."""
    today = clock.now().astimezone(zone).date()
    since = datetime.combine(today, time.min, tzinfo=zone)
    wanted = interactions.Filter(agent=agent, since=since)
    answered = await _told(session, await interactions.find(session, wanted, limit=TODAY_MAX))
    mine = {each.call.id for each in answered}
    missed = [each for each in await _missed(session, agent, since) if each.call.id not in mine]
    return sorted([*answered, *missed], key=lambda each: each.call.began_at, reverse=True)


async def _missed(session: AsyncSession, agent: str, since: datetime) -> list[Contact]:
    ids = select(AgentFact.call_id).where(
        AgentFact.agent == agent,
        AgentFact.kind == AgentMissed.kind,
        AgentFact.detail != ELSEWHERE,
        AgentFact.at >= since,
    )
    rows = await session.scalars(select(Interaction).where(Interaction.id.in_(ids)))
    return [replace(each, missed=True) for each in await _told(session, rows.all())]


async def _told(session: AsyncSession, calls: Sequence[Interaction]) -> list[Contact]:
    reasons, locale = await _reasons(session), current_locale()
    names = await interactions.customer_names(session, calls)
    return [
        Contact(
            call,
            reason_words(reasons, call.reason, locale),
            outcome_words(call.outcome),
            names.get(call.customer_id or 0, ""),
        )
        for call in calls
    ]


async def _reasons(session: AsyncSession) -> CallReasons | None:
    try:
        return (await catalog.call_reasons(session)).tree
    except MainlineError:
        return None


def reason_words(reasons: CallReasons | None, code: str | None, locale: Locale) -> str:
    """The reason's label; its code when the tree no longer has it."""
    trail = reasons.trail(code) if reasons is not None and code else ()
    return trail[-1].label.to(locale) if trail else code or ""


async def open_orders(session: AsyncSession, customer_id: int | None) -> list[OrderLine]:
    """What is being done for this customer."""
    if customer_id is None:
        return []
    found = await work_orders.open_of_customers(session, [customer_id], limit=SHOWN)
    return await order_lines(session, found)


async def order_lines(
    session: AsyncSession, found: Sequence[WorkOrder], *, as_of: datetime | None = None
) -> list[OrderLine]:
    """Orders in the words of the versions they were opened under, with the promised times.

    ``as_of``: they are rows as they stood at that moment.
    """
    visits = await appointments.of_orders(session, [order.id for order in found], as_of)
    known = {
        version: (await catalog.work_order_types(session, version)).body
        for version in {order.type_version for order in found}
    }
    kinds = {
        kind: _Kind.of(order, known[order.type_version])
        for kind, order in {_kind(order): order for order in found}.items()
    }
    at = as_of or clock.now()
    return [_line(order, kinds[_kind(order)], at, visits.get(order.id)) for order in found]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What all orders of a version, type and urgency share: it is asked for once."""

    types: WorkOrderTypes
    name: str
    limits: Limits

    @classmethod
    def of(cls, order: WorkOrder, types: WorkOrderTypes) -> "_Kind":
        """That of an order."""
        name = types.type(order.type_code).name.to(current_locale())
        return cls(types, name, clocks.of_order(order, types))


def _kind(order: WorkOrder) -> tuple[int, str, str]:
    return order.type_version, order.type_code, order.urgency


def hand(name: str) -> str:
    """A person by name; one of the house's roles, to which late orders climb, by what they do."""
    return _(HOUSE_NAMES[name]) if name in HOUSE_NAMES else name


def _line(order: WorkOrder, kind: _Kind, at: datetime, visit: Appointment | None) -> OrderLine:
    locale, teams = current_locale(), kind.types.teams
    counts = gauge(kind.limits, clocks.running(order), at)
    return OrderLine(
        order,
        kind.name,
        kind.types.step(order.type_code, order.step).label.to(locale),
        counts is not None and counts.late,
        teams[order.owner].to(locale) if order.owner in teams else hand(order.owner),
        counts,
        visit,
    )
