"""Orders as sheets, in the form of the version they were opened under."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments.models import Appointment
from crm.appointments.queries import of_order as visit_of
from crm.catalog import service as catalog
from crm.catalog.order_shapes import FIELD_PREFIX, PrintForm, PrintSection
from crm.catalog.wording import in_words
from crm.catalog.work_order_types import WorkOrderType, WorkOrderTypes
from crm.customers import queries as customers
from crm.customers.models import Premise
from crm.printing.drawing import draw
from crm.printing.sheet import Pairs, Sheet, Table
from crm.printing.words import FACT_WORDS, FEES, HISTORY, PRINTED, SOURCES, TOTAL, URGENCIES
from crm.work_orders import queries
from crm.work_orders.fees import fees_of, total_fen
from crm.work_orders.models import WorkOrder, WorkOrderFee, WorkOrderMove
from mainline.clock import now
from mainline.config import Settings
from mainline.errors import Invalid
from mainline.i18n import Locale, current_locale
from mainline.masking import Eyes
from mainline.money import yuan

BATCH_MAX: Final = 200
HOUSE: Final = PrintForm.model_validate(
    {
        "heading": {"zh": "客户服务", "en": "Customer service"},
        "title": {"zh": "工作单", "en": "Work order"},
        "sections": [
            {
                "label": {"zh": "工单", "en": "Order"},
                "items": ["number", "type", "opened_at", "customer", "address", "summary"],
            },
            {"label": {"zh": "填报内容", "en": "Filled in"}, "items": ["fields"]},
        ],
    }
)
"""The form of types without one."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An order with all that its form may show."""

    order: WorkOrder
    types: WorkOrderTypes
    customer: customers.CustomerView | None
    premise: Premise | None
    visit: Appointment | None
    fees: Sequence[WorkOrderFee]
    moves: Sequence[WorkOrderMove]
    sees: Eyes
    locale: Locale = field(default_factory=current_locale)

    @property
    def kind(self) -> WorkOrderType:
        return self.types.type(self.order.type_code)

    def time(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(Settings().zone):%Y-%m-%d %H:%M}" if moment else ""

    def team(self, name: str) -> str:
        return self.types.teams[name].to(self.locale) if name in self.types.teams else name

    def phone(self) -> str:
        phones = [phone.number for phone in self.customer.phones] if self.customer else []
        numbers = phones[:1] or ([self.order.contact] if self.order.contact else [])
        return ", ".join(self.sees.number(each) for each in numbers)

    def address(self) -> str:
        if self.premise is None:
            return ""
        english = self.locale == "en" and self.premise.address_en
        return self.sees.address(self.premise.address_en if english else self.premise.address_zh)

    def account(self) -> str:
        accounts = self.customer.accounts if self.customer else ()
        return next((one.number for one in accounts if one.id == self.order.account_id), "")

    def visited(self) -> str:
        if self.visit is None:
            return ""
        return f"{self.time(self.visit.starts_at)} – {self.time(self.visit.ends_at)[-5:]}"

    def step(self, code: str) -> str:
        return self.types.step(self.order.type_code, code).label.to(self.locale)


_FACTS: Final[Mapping[str, Callable[[_Told], str]]] = {
    "number": lambda told: told.order.number,
    "type": lambda told: told.kind.name.to(told.locale),
    "urgency": lambda told: URGENCIES[told.order.urgency].to(told.locale),
    "step": lambda told: told.step(told.order.step),
    "source": lambda told: SOURCES[told.order.source].to(told.locale),
    "summary": lambda told: told.sees.text(told.order.summary),
    "opened_at": lambda told: told.time(told.order.opened_at),
    "due_respond_at": lambda told: told.time(told.order.due_respond_at),
    "due_arrive_at": lambda told: told.time(told.order.due_arrive_at),
    "due_complete_at": lambda told: told.time(told.order.due_complete_at),
    "visit": _Told.visited,
    "customer": lambda told: told.sees.name(told.customer.customer.name if told.customer else ""),
    "phone": _Told.phone,
    "address": _Told.address,
    "account": _Told.account,
    "team": lambda told: told.team(told.order.team),
    "owner": lambda told: told.team(told.order.owner),
    "overseer": lambda told: told.team(told.order.overseer),
}


async def pdf(session: AsyncSession, orders: Sequence[tuple[WorkOrder, Eyes]], *, by: str) -> bytes:
    """These orders as somebody may see them, each on a page of its own; drawn in a thread."""
    if not 0 < len(orders) <= BATCH_MAX:
        raise Invalid(f"1 – {BATCH_MAX}")
    told = [await _told(session, order, sees) for order, sees in orders]
    sheets = [sheet(each, by) for each in told]
    return await asyncio.to_thread(draw, sheets, Settings().print_font)


async def _told(session: AsyncSession, order: WorkOrder, sees: Eyes) -> _Told:
    person = order.customer_id
    return _Told(
        order=order,
        types=(await catalog.work_order_types(session, order.type_version)).body,
        customer=None if person is None else await customers.view(session, person),
        premise=await session.get(Premise, order.premise_id) if order.premise_id else None,
        visit=await visit_of(session, order.id),
        fees=await fees_of(session, order.id),
        moves=await queries.moves(session, order.id),
        sees=sees,
    )


def sheet(told: _Told, by: str) -> Sheet:
    """The order in its form. Pure."""
    form, locale = told.types.print_form(told.order.type_code) or HOUSE, told.locale
    return Sheet(
        heading=form.heading.to(locale),
        title=f"{form.title.to(locale)} · {told.kind.name.to(locale)}",
        number=told.order.number,
        code=form.code,
        parts=[part for section in form.sections for part in _parts(told, section)],
        signatures=[each.to(locale) for each in form.signatures],
        notes=form.notes.to(locale) if form.notes else "",
        footer=PRINTED.to(locale, by=by, at=told.time(now())),
    )


def _parts(told: _Told, section: PrintSection) -> list[Pairs | Table]:
    """Facts and fields together; each whole list for itself, nothing for one that is empty."""
    label = section.label.to(told.locale)
    pairs = [pair for item in section.items for pair in _pairs(told, item)]
    parts: list[Pairs | Table] = [Pairs(label, pairs)] if pairs else []
    if "fees" in section.items and told.fees:
        parts.append(_fees(told, label))
    if "history" in section.items:
        parts.append(_history(told, label))
    return parts


def _pairs(told: _Told, item: str) -> list[tuple[str, str]]:
    if item in _FACTS:
        return [(FACT_WORDS[item].to(told.locale), _FACTS[item](told))]
    names = {item.removeprefix(FIELD_PREFIX)} if item.startswith(FIELD_PREFIX) else None
    if names is None and item != "fields":
        return []
    return [
        (one.label.to(told.locale), _value(told, one.name, one))
        for one in told.kind.fields
        if names is None or one.name in names
    ]


def _value(told: _Told, name: str, field_: Any) -> str:
    filled = told.order.fields
    return told.sees.text(in_words(field_, filled[name], told.locale)) if name in filled else ""


def _fees(told: _Told, label: str) -> Table:
    chinese = told.locale == "zh_CN"
    rows = [
        [
            line.label_zh if chinese else line.label_en,
            str(line.quantity), yuan(line.each_fen), yuan(line.amount_fen),
        ]
        for line in told.fees
    ]  # fmt: skip
    total = [TOTAL.to(told.locale), "", "", yuan(total_fen(told.fees))]
    heads = [each.to(told.locale) for each in FEES]
    return Table(label, heads, (46, 14, 20, 20), [*rows, total])


def _history(told: _Told, label: str) -> Table:
    rows = [
        [told.time(move.at), move.by, told.step(move.to_step), told.sees.text(move.note)]
        for move in told.moves
    ]
    heads = [each.to(told.locale) for each in HISTORY]
    return Table(label, heads, (20, 16, 18, 46), rows)
