"""What rules do. Each tells what came of it; what is so already is not done again."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing import blocks
from crm.linkage.facts import Happening
from crm.linkage.models import RuleFiring
from crm.linkage.rules import Act, Rule
from crm.sense import service as sense
from crm.sense.wholes import whole_for
from crm.work_orders import following, parts, service
from crm.work_orders.models import WorkOrder
from mainline.config import Settings

Outcome = tuple[str, str]
"""done or nothing; and the number of the order, or of the block."""
NOTHING: Final[Outcome] = ("nothing", "")


def by_rule(rule: Rule) -> str:
    """Who did it."""
    return f"rule:{rule.code}"


async def _block(session: AsyncSession, rule: Rule, what: Happening) -> Outcome:
    if what.account_id is None or rule.then.words is None:
        return NOTHING
    block = await blocks.block(
        session, what.account_id, reason=rule.then.words, by=by_rule(rule),
        key=f"{rule.code}|{what.key}"[:160],
    )  # fmt: skip
    return "done", str(block.id)


async def _lift(session: AsyncSession, rule: Rule, what: Happening) -> Outcome:
    """Blocks that rules set; what a person blocked a person lifts.

    An order that came of a finding mends that one. Another one mends all, but for those whose own
    order is still to be done.
    """
    if what.account_id is None:
        return NOTHING
    whose = {f"rule:{code}" for code in rule.then.rules}
    ours = [
        one.id
        for one in await blocks.of_account(session, what.account_id)
        if (one.by in whose if whose else one.by.startswith("rule:"))
    ]
    lifted = await _mended(session, ours, what)
    for block_id in lifted:
        await blocks.lift(session, block_id, by=by_rule(rule), note=rule.name.zh)
    return ("done", ",".join(map(str, lifted))[:64]) if lifted else NOTHING


async def _mended(session: AsyncSession, block_ids: list[int], what: Happening) -> list[int]:
    findings = await _findings(session, what.account_id)
    came_of = following.origin(what.order) if what.order else ""
    if came_of in findings.values():
        return [one for one in block_ids if findings.get(one) == came_of]
    others = await _to_be_done(session, what)
    return [one for one in block_ids if findings.get(one) not in others]


async def _findings(session: AsyncSession, account_id: int | None) -> dict[int, str]:
    """Block → the order whose finding it is, of all that rules ever blocked of an account."""
    set_by = await session.execute(
        select(RuleFiring.result, RuleFiring.work_order).where(
            RuleFiring.account_id == account_id, RuleFiring.act == "block_payment",
            RuleFiring.outcome == "done", RuleFiring.work_order != "",
        )
    )  # fmt: skip
    return {int(block): number for block, number in set_by}


async def _to_be_done(session: AsyncSession, what: Happening) -> set[str]:
    """Numbers of the orders out of which others came that are still open at the account."""
    still = select(WorkOrder).where(
        WorkOrder.account_id == what.account_id, WorkOrder.completed_at.is_(None),
        WorkOrder.closed_at.is_(None),
    )  # fmt: skip
    return {following.origin(one) for one in await session.scalars(still)} - {""}


async def _open(session: AsyncSession, rule: Rule, what: Happening) -> Outcome:
    """One order of the kind at a time for an account."""
    if rule.then.type is None or what.account_id is None:
        return NOTHING
    open_one = select(WorkOrder.number).where(
        WorkOrder.account_id == what.account_id, WorkOrder.type_code == rule.then.type,
        WorkOrder.closed_at.is_(None), WorkOrder.completed_at.is_(None),
    )  # fmt: skip
    there = await session.scalar(open_one.limit(1))
    if there is not None:
        return "nothing", there
    digest = hashlib.sha256(what.key.encode()).hexdigest()[:32]
    words = rule.then.words or rule.name
    order = await service.open_work_order(
        session, type_code=rule.then.type, key=f"rule:{rule.code}:{digest}", by=by_rule(rule),
        source="rule", customer_id=what.customer_id, account_id=what.account_id,
        call_id=what.order.call_id if what.order else None, summary=words.zh,
        zone=Settings().zone,
    )  # fmt: skip
    return "done", order.number


async def _join(session: AsyncSession, rule: Rule, what: Happening) -> Outcome:
    """The order becomes a part of the one for the outage of the same kind at its place."""
    order = what.order
    if order is None or order.premise_id is None or order.closed_at is not None:
        return NOTHING
    if order.parent_id is not None:
        whole = await session.get(WorkOrder, order.parent_id)
        return "nothing", whole.number if whole else ""
    leading = await whole_for(session, order, await sense.rule(session))
    if leading is None:
        return NOTHING
    await parts.join(session, order, leading, by=by_rule(rule), note=rule.name.zh)
    return "done", leading.number


ACTS: Final[dict[Act, Callable[[AsyncSession, Rule, Happening], Awaitable[Outcome]]]] = {
    "block_payment": _block, "lift_block": _lift, "open_order": _open, "join_outage": _join,
}  # fmt: skip
