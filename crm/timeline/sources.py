"""Where the history comes from: one source a kind, each a statement that an index answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm.appointments.models import Appointment
from crm.areas.models import AreaPremise
from crm.billing.models import Bill, Meter, MeterReading, Payment
from crm.callbacks.models import Callback
from crm.customers.models import Customer, CustomerPhone, ServiceAccount
from crm.interactions.models import Interaction, Note
from crm.life_cycle.models import AccountRole
from crm.messages.models import VoiceMessage
from crm.outages.models import Outage
from crm.promises.models import Promise
from crm.timeline.scope import Scope
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.audit.models import AuditEntry, AuditLeft, microseconds
from mainline.db import any_of, at_most


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one kind, the time that counts, and what makes their order certain."""

    kind: str
    at: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]
    wanted: Select[*tuple[Any, ...]]
    """All of a scope, whose ids it binds."""
    restored: bool = False
    """Its rows change: as of a past moment they are shown as they stood."""
    newest: Select[*tuple[Any, ...]] = field(init=False)
    """So many of them, the newest first."""

    def __post_init__(self) -> None:
        ordered = self.wanted.order_by(self.at.desc(), self.key.desc())
        newest = ordered.limit(at_most())
        object.__setattr__(self, "newest", newest)


def edge(source: Source, moment: datetime, scope: Scope) -> Any:
    """The moment as the source's column keeps it: a time, a day or microseconds."""
    if source.at.class_ is AuditEntry:
        return microseconds(moment)
    return moment.astimezone(scope.zone).date() if source.at.class_ is Bill else moment


def _orders() -> ColumnElement[bool]:
    """Of the customer, or at their place for nobody by name."""
    nobodys = and_(WorkOrder.customer_id.is_(None), WorkOrder.premise_id.in_(any_of("premises")))
    return or_(WorkOrder.customer_id.in_(any_of("people")), nobodys)


def _changes() -> Select[Any]:
    rows: Mapping[str, str] = {
        Customer.__tablename__: "people_keys",
        CustomerPhone.__tablename__: "phone_keys",
        ServiceAccount.__tablename__: "account_keys",
        AccountRole.__tablename__: "role_keys",
    }
    mine = [
        and_(AuditEntry.table_name == table, AuditEntry.row_key.in_(any_of(keys)))
        for table, keys in rows.items()
    ]
    gone = select(AuditLeft.entry_id).where(
        AuditLeft.table_name.in_([CustomerPhone.__tablename__, ServiceAccount.__tablename__]),
        AuditLeft.column_name == "customer_id",
        AuditLeft.value.in_(any_of("people")),
    )
    return select(AuditEntry).where(or_(*mine, AuditEntry.id.in_(gone)))


def _notes() -> Select[Any]:
    subject = literal("call:") + Interaction.id
    return select(Note).where(
        Note.subject.in_(select(subject).where(Interaction.customer_id.in_(any_of("people"))))
    )


def _outages() -> Select[Any]:
    serving = select(AreaPremise.area_id).where(AreaPremise.premise_id.in_(any_of("premises")))
    return select(Outage).where(
        or_(Outage.area_id.in_(any_of("places")), Outage.service_area_id.in_(serving))
    )


def _promises() -> Select[Any]:
    of_orders = Promise.work_order_id.in_(select(WorkOrder.id).where(_orders()))
    return select(Promise).where(or_(Promise.customer_id.in_(any_of("people")), of_orders))


SOURCES: Final = (
    Source("call", Interaction.began_at, Interaction.id,
           select(Interaction).where(Interaction.customer_id.in_(any_of("people")))),
    Source("order", WorkOrderMove.at, WorkOrderMove.id,
           select(WorkOrderMove, WorkOrder)
           .join(WorkOrder, WorkOrder.id == WorkOrderMove.work_order_id).where(_orders())),
    Source("appointment", Appointment.created_at, Appointment.id,
           select(Appointment, WorkOrder)
           .join(WorkOrder, WorkOrder.id == Appointment.work_order_id).where(_orders()),
           restored=True),
    Source("promise", Promise.created_at, Promise.id, _promises(), restored=True),
    Source("callback", Callback.since, Callback.id,
           select(Callback).where(Callback.customer_id.in_(any_of("people"))), restored=True),
    Source("message", VoiceMessage.left_at, VoiceMessage.id,
           select(VoiceMessage).where(VoiceMessage.customer_id.in_(any_of("people"))),
           restored=True),
    Source("note", Note.created_at, Note.id, _notes()),
    Source("bill", Bill.issued_on, Bill.id,
           select(Bill).where(Bill.account_id.in_(any_of("accounts"))), restored=True),
    Source("payment", Payment.paid_at, Payment.id,
           select(Payment).where(Payment.account_id.in_(any_of("accounts")))),
    Source("reading", MeterReading.read_at, MeterReading.id,
           select(MeterReading, Meter)
           .join(Meter, Meter.id == MeterReading.meter_id)
           .where(Meter.account_id.in_(any_of("accounts")))),
    Source("outage", Outage.began_at, Outage.id, _outages(), restored=True),
    Source("change", AuditEntry.at_us, AuditEntry.id, _changes()),
)  # fmt: skip
KINDS: Final = tuple(source.kind for source in SOURCES)
