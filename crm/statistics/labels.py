"""What the groups are called."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas import queries as areas
from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.staff.models import User
from crm.statistics.figures import By
from mainline.audit.as_of import table_as_of
from mainline.i18n import Locale, Text

NONE: Mapping[By, Text] = {
    "branch": Text("no branch"),
    "cause": Text("no cause noted"),
}


async def labels(
    session: AsyncSession,
    by: By,
    keys: Sequence[str],
    locale: Locale,
    as_of: datetime | None = None,
) -> dict[str, str]:
    """Words for each key, now or at a past moment; a key that nobody knows stands for itself."""
    types = (await catalog.work_order_types(session, as_of=as_of)).body
    match by:
        case "branch":
            known = {
                one.code: one.name_zh if locale == "zh_CN" else one.name_en
                for one in await areas.branches(session, as_of)
            }
        case "team":
            known = _teams(types, locale)
        case "person":
            known = {**await _people(session, as_of), **_teams(types, locale)}
        case "type":
            known = {one.code: one.name.to(locale) for one in types.types}
        case "cause":
            known = _causes(types, locale)
        case "time":
            known = {}
    empty = NONE[by].to(locale) if by in NONE else "–"
    return {key: known.get(key, key) or empty for key in keys}


def _teams(types: WorkOrderTypes, locale: Locale) -> dict[str, str]:
    return {code: name.to(locale) for code, name in types.teams.items()}


def _causes(types: WorkOrderTypes, locale: Locale) -> dict[str, str]:
    return {
        option.value: option.label.to(locale)
        for one in types.types
        for field in one.fields
        if field.name == "cause"
        for option in field.options
    }


async def _people(session: AsyncSession, as_of: datetime | None) -> dict[str, str]:
    """Orders know people by their agent's number, or by name."""
    if as_of is not None:
        then = await table_as_of(session, User, as_of)
        return {one.agent_number: one.name for one in then if one.agent_number is not None}
    rows = await session.execute(
        select(User.agent_number, User.name).where(User.agent_number.is_not(None))
    )
    return {str(number): name for number, name in rows}
