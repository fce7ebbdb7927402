"""Where the history comes from: one source a kind, each a statement that an index answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from crm.messages.models import VoiceMessage
from crm.outages.models import Outage
from crm.promises.models import Promise
from crm.timeline.scope import Scope
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.audit.models import AuditEntry, AuditLeft, microseconds


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one kind, the time that counts, and what makes their order certain."""

    kind: str
    at: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]
    wanted: Callable[[Scope], Any]
    restored: bool = False
    """Its rows change: as of a past moment they are shown as they stood."""


def edge(source: Source, moment: datetime, scope: Scope) -> Any:
    """The moment as the source's column keeps it: a time, a day or microseconds."""
    if source.at.class_ is AuditEntry:
        return microseconds(moment)
    return moment.astimezone(scope.zone).date() if source.at.class_ is Bill else moment


def _orders(scope: Scope) -> ColumnElement[bool]:
    """Of the customer, or at their place for nobody by name."""
    nobodys = and_(WorkOrder.customer_id.is_(None), WorkOrder.premise_id.in_(scope.premises))
    return or_(WorkOrder.customer_id.in_(scope.people), nobodys)


def _changes(scope: Scope) -> Select[Any]:
    rows: Mapping[str, Any] = {
        Customer.__tablename__: scope.people,
        CustomerPhone.__tablename__: scope.phones,
        ServiceAccount.__tablename__: scope.accounts,
    }
    mine = [
        and_(AuditEntry.table_name == table, AuditEntry.row_key.in_([str(each) for each in ids]))
        for table, ids in rows.items()
    ]
    gone = select(AuditLeft.entry_id).where(
        AuditLeft.table_name.in_([CustomerPhone.__tablename__, ServiceAccount.__tablename__]),
        AuditLeft.column_name == "customer_id",
        AuditLeft.value.in_(scope.people),
    )
    return select(AuditEntry).where(or_(*mine, AuditEntry.id.in_(gone)))


def _notes(scope: Scope) -> Select[Any]:
    subject = literal("call:") + Interaction.id
    return select(Note).where(
        Note.subject.in_(select(subject).where(Interaction.customer_id.in_(scope.people)))
    )


def _outages(scope: Scope) -> Select[Any]:
    serving = select(AreaPremise.area_id).where(AreaPremise.premise_id.in_(scope.premises))
    return select(Outage).where(
        or_(Outage.area_id.in_(scope.places), Outage.service_area_id.in_(serving))
    )


def _promises(scope: Scope) -> Select[Any]:
    of_orders = Promise.work_order_id.in_(select(WorkOrder.id).where(_orders(scope)))
    return select(Promise).where(or_(Promise.customer_id.in_(scope.people), of_orders))


SOURCES: Final = (
    Source("call", Interaction.began_at, Interaction.id,
           lambda scope: select(Interaction).where(Interaction.customer_id.in_(scope.people))),
    Source("order", WorkOrderMove.at, WorkOrderMove.id,
           lambda scope: select(WorkOrderMove, WorkOrder)
           .join(WorkOrder, WorkOrder.id == WorkOrderMove.work_order_id).where(_orders(scope))),
    Source("appointment", Appointment.created_at, Appointment.id,
           lambda scope: select(Appointment, WorkOrder)
           .join(WorkOrder, WorkOrder.id == Appointment.work_order_id).where(_orders(scope)),
           restored=True),
    Source("promise", Promise.created_at, Promise.id, _promises, restored=True),
    Source("callback", Callback.since, Callback.id,
           lambda scope: select(Callback).where(Callback.customer_id.in_(scope.people)),
           restored=True),
    Source("message", VoiceMessage.left_at, VoiceMessage.id,
           lambda scope: select(VoiceMessage).where(VoiceMessage.customer_id.in_(scope.people)),
           restored=True),
    Source("note", Note.created_at, Note.id, _notes),
    Source("bill", Bill.issued_on, Bill.id,
           lambda scope: select(Bill).where(Bill.account_id.in_(scope.accounts)), restored=True),
    Source("payment", Payment.paid_at, Payment.id,
           lambda scope: select(Payment).where(Payment.account_id.in_(scope.accounts))),
    Source("reading", MeterReading.read_at, MeterReading.id,
           lambda scope: select(MeterReading, Meter)
           .join(Meter, Meter.id == MeterReading.meter_id)
           .where(Meter.account_id.in_(scope.accounts))),
    Source("outage", Outage.began_at, Outage.id, _outages, restored=True),
    Source("change", AuditEntry.at_us, AuditEntry.id, _changes),
)  # fmt: skip
KINDS: Final = tuple(source.kind for source in SOURCES)
