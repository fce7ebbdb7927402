"""Let the rules meet a fact: each fires at most once for it, and leaves its name behind."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linkage.acts import ACTS
from crm.linkage.events import RuleFired
from crm.linkage.facts import Happening, happening
from crm.linkage.kinds import LINKAGE
from crm.linkage.models import RuleFiring
from crm.linkage.rules import Linkage, Rule, fits
from mainline import definitions
from mainline.clock import now
from mainline.definitions import COMPANY
from mainline.errors import MainlineError, NotFound
from mainline.journal import Event, append


@dataclass(frozen=True, slots=True)
class Book:
    """The rules in force and their version."""

    version: int
    body: Linkage


async def book(session: AsyncSession) -> Book:
    """Empty where the company has none."""
    try:
        found = await definitions.current(session, LINKAGE.name, COMPANY)
    except NotFound:
        return Book(0, Linkage())
    return Book(found.version, cast(Linkage, found.body))


async def meet(session: AsyncSession, event: Event) -> list[RuleFiring]:
    """What the rules did about the fact; met again, nothing."""
    rules = await book(session)
    if not any(rule.on for rule in rules.body.rules):
        return []
    what = await happening(session, event, rules.body)
    if what is None:
        return []
    return [
        fired
        for rule in rules.body.rules
        if fits(rule, what.seen)
        and (fired := await _fire(session, rule, rules.version, what)) is not None
    ]


async def _fire(
    session: AsyncSession, rule: Rule, version: int, what: Happening
) -> RuleFiring | None:
    key = f"{rule.code}|{what.key}"[:200]
    known = select(RuleFiring.id).where(RuleFiring.key == key)
    if await session.scalar(known) is not None:
        return None
    outcome, result = await _try(session, rule, what)
    firing = RuleFiring(
        key=key, rule=rule.code, version=version, name_zh=rule.name.zh[:200],
        name_en=rule.name.en[:200], at=now(), fact=rule.when.fact, act=rule.then.act,
        outcome=outcome, result=result, work_order=what.order.number if what.order else "",
        request=what.request, account_id=what.account_id, customer_id=what.customer_id,
    )  # fmt: skip
    session.add(firing)
    await session.flush()
    await append(session, RuleFired(
        subject=f"rule:{rule.code}", rule=rule.code, version=version, act=rule.then.act,
        outcome=outcome, result=result, work_order=firing.work_order, request=what.request,
        account_id=what.account_id,
    ))  # fmt: skip
    return firing


async def _try(session: AsyncSession, rule: Rule, what: Happening) -> tuple[str, str]:
    """A rule that is refused holds up no other one."""
    try:
        async with session.begin_nested():
            return await ACTS[rule.then.act](session, rule, what)
    except MainlineError as error:
        return "refused", error.code


async def switch(
    session: AsyncSession, code: str, *, on: bool, by: str, why: str = ""
) -> definitions.Version:
    """Switch a rule on or off, as a version of its own."""
    found = await definitions.current(session, LINKAGE.name, COMPANY)
    body = cast(Linkage, found.body)
    if code not in {rule.code for rule in body.rules}:
        raise NotFound("rule")
    rules = tuple(
        rule.model_copy(update={"on": on}) if rule.code == code else rule for rule in body.rules
    )
    new = body.model_copy(update={"rules": rules}).model_dump(mode="json", exclude_defaults=True)
    made = await definitions.draft(session, LINKAGE.name, COMPANY, new, author=by, why=why)
    return await definitions.publish(
        session, LINKAGE.name, COMPANY, made.version, by=by, why=why or f"{code}: {on}"
    )
