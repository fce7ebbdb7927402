"""One act of the field, done to its order: through the same flow as everybody's."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.fields import FieldRefused, FormField, asked_at, checked
from crm.catalog.wording import in_words
from crm.field import rules
from crm.field.kinds import FIELD
from crm.field.models import FieldAct, FieldAttachment
from crm.field.rules import FieldRules, Report
from crm.work_orders import service as orders
from crm.work_orders.filling import ClosedNow, Filled, RoleNeeded
from crm.work_orders.flow import Act, NotPossible
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline import definitions
from mainline.config import Settings
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
TO_BE_MENDED: Final = (FieldRefused, RoleNeeded, ClosedNow)
"""What the type asks for with an act: it can be given later, and the act done after all."""


class NoSuchOrder(NotFound):
    """There is no order of that number."""

    code = "no-order"
    words = Text("There is no such order.")


async def company_rules(session: AsyncSession) -> FieldRules:
    """What the company asks of its people in the field."""
    return await definitions.rules(session, FIELD, rules.PLAIN)


async def do(
    session: AsyncSession,
    order: WorkOrder,
    row: FieldAct,
    *,
    at: datetime,
    roles: Collection[str] | None = None,
) -> None:
    """Do it; refused when it may not be done as the order stands, or as its type asks.

    ``roles``: of whoever did it (None: they may do everything).
    """
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
            raise NotPossible(step.code, step=step.label)
        await note(session, order, row.action, by=row.worker, text=text, at=at)
        return
    way = next((one for one in step.transitions if one.action == row.action), None)
    if way is None and row.action not in VERBS:
        raise NotPossible(step.code, step=step.label)
    to = row.worker if way is not None and way.hands else ""
    filled = Filled(row.body.get("fields") or {}, await _files(session, order.id), roles)
    await orders.do(session, order, Act(row.action, row.worker, to, text), at=at, filled=filled)


async def _files(session: AsyncSession, order_id: int) -> frozenset[str]:
    """Photos and signatures of the order that have come in whole."""
    found = select(FieldAttachment.key).where(
        FieldAttachment.work_order_id == order_id,
        FieldAttachment.kind.in_(("photo", "signature")),
        FieldAttachment.complete_at.is_not(None),
    )
    return frozenset(await session.scalars(found))


async def words(session: AsyncSession, order: WorkOrder, row: FieldAct) -> str:
    """The note and the report as one line."""
    report = Report.model_validate(row.body.get("report") or {})
    told = "" if report.empty else rules.told(await company_rules(session), report)
    return "；".join(part for part in (str(row.body.get("note") or "").strip(), told) if part)


async def told(session: AsyncSession, order: WorkOrder, row: FieldAct) -> str:
    """The same, with what was filled in: of what is not done, nothing else tells it."""
    kind, given = await orders.type_of(session, order), row.body.get("fields") or {}
    filled = [
        f"{field.label.zh} {_value(field, given[field.name])}"
        for field in asked_at(kind.fields, row.action)
        if field.name in given
    ]
    return "；".join(part for part in (await words(session, order, row), *filled) if part)


def _value(field: FormField, raw: object) -> str:
    """As it would be kept; as it was typed when it cannot be kept so."""
    try:
        kept = checked((field,), {field.name: raw}, zone=Settings().zone)
        return in_words(field, kept[field.name], "zh_CN")
    except (FieldRefused, KeyError):
        return str(raw) if isinstance(raw, str | int | float) else "?"
