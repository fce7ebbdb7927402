"""One act of the field, done to its order: through the same flow as everybody's."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.field import rules
from crm.field.kinds import FIELD
from crm.field.models import FieldAct
from crm.field.rules import FieldRules, Report
from crm.work_orders import service as orders
from crm.work_orders.flow import Act, NotPossible
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline import definitions
from mainline.errors import Invalid, NotFound
from mainline.i18n import Text

BELIEVED_DAYS: Final = 2
"""A device's clock is believed so far back: longer nobody is without a network."""
ONLY_TOLD: Final = ("warn", "overdue", "call")
"""Lines of a history that nothing builds on."""
NOTES: Final = ("on_way", "report")
"""What happens in the field and leaves the order's step as it is."""
VERBS: Final = ("pause", "resume")
"""Of what every order knows, what people in the field may do."""


class NoSuchOrder(NotFound):
    """There is no order of that number."""

    code = "no-order"
    words = Text("There is no such order.")


async def company_rules(session: AsyncSession) -> FieldRules:
    """What the company asks of its people in the field."""
    return await definitions.rules(session, FIELD, rules.PLAIN)


async def do(session: AsyncSession, order: WorkOrder, row: FieldAct, *, at: datetime) -> None:
    """Do it; refused when it may not be done as the order stands."""
    report = Report.model_validate(row.body.get("report") or {})
    if not report.empty:
        rules.check(await company_rules(session), order.type_code, report)
    types = (await catalog.work_order_types(session, order.type_version)).body
    step = types.step(order.type_code, order.step)
    text = await words(session, order, row)
    if row.kind == "note":
        if row.action not in NOTES:
            raise Invalid("action")
        if step.is_final:
            raise NotPossible(step.code, step=f"{step.label.zh} {step.label.en}")
        await note(session, order, row.action, by=row.worker, text=text, at=at)
        return
    way = next((one for one in step.transitions if one.action == row.action), None)
    if way is None and row.action not in VERBS:
        raise NotPossible(step.code, step=f"{step.label.zh} {step.label.en}")
    to = row.worker if way is not None and way.hands else ""
    await orders.do(session, order, Act(row.action, row.worker, to, text), at=at)


async def words(session: AsyncSession, order: WorkOrder, row: FieldAct) -> str:
    """The note and the report as one line."""
    report = Report.model_validate(row.body.get("report") or {})
    told = "" if report.empty else rules.told(await company_rules(session), report)
    return "；".join(part for part in (str(row.body.get("note") or "").strip(), told) if part)
