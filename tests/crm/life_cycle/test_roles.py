"""Who is tenant, payer or property company of an account, from when until when."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.customers.service import NoReason
from crm.life_cycle import roles
from crm.life_cycle.events import AccountRoleEnded, AccountRoleGiven
from crm.life_cycle.models import AccountRole
from crm.timeline.queries import history
from crm.timeline.scope import scope_of
from mainline.clock import now
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal import entries_after
from tests.crm.life_cycle.requesting import LEADER, ZONE, agree, asked
from tests.support.clock import StandingClock

ACCOUNT, WANG, LI = "100001", 1, 2
SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


async def given(database: Database, since: date = SPRING) -> int:
    async with database.unit_of_work() as session:
        made = await roles.give(
            session, ACCOUNT, LI, role="tenant", since=since, by="leader", why="租赁合同"
        )
        return made.id


async def ended(database: Database, role_id: int, until: date = AUTUMN) -> None:
    async with database.unit_of_work() as session:
        await roles.end(session, role_id, until=until, by="leader", why="退租")


async def test_a_role_is_seen_from_both_sides_and_counts_from_its_day_to_the_day_before_its_end(
    company: Database,
) -> None:
    await ended(company, await given(company))
    async with company.reading() as session:
        for one in (WANG, LI):
            [seen] = await roles.around(session, one)
            assert (seen.account, seen.customer_id, seen.name, seen.role) == (
                ACCOUNT, LI, "李强", "tenant",
            )  # fmt: skip
        days = [date(2026, 2, 28), SPRING, SUMMER, date(2026, 8, 31), AUTUMN]
        facts = [e.event for e in await entries_after(session, 0, subject="account:1")]
    assert [seen.stands(day) for day in days] == [False, True, True, True, False]
    gave, over = facts
    assert isinstance(gave, AccountRoleGiven)
    assert isinstance(over, AccountRoleEnded)
    assert (gave.customer_id, gave.role, gave.since, gave.by, gave.why) == (
        LI, "tenant", SPRING, "leader", "租赁合同",
    )  # fmt: skip
    assert (over.role_id, over.until, over.why) == (gave.role_id, AUTUMN, "退租")


async def test_as_of_a_past_moment_is_what_was_known_then(
    company: Database, clock: StandingClock
) -> None:
    nothing = now()
    clock.forward(hours=1)
    role = await given(company)
    open_ended = now()
    clock.forward(hours=1)
    await ended(company, role)
    async with company.reading() as session:
        assert await roles.around(session, WANG, nothing) == []
        [then] = await roles.around(session, WANG, open_ended)
        [since] = await roles.around(session, LI, now())
        assert (then.until, since.until) == (None, AUTUMN)
        scope = await scope_of(session, WANG, ZONE)
        found = await history(session, scope, kinds=["change"])
    changes = [(one.row.table_name, one.row.action, one.row.why) for one in found]
    assert changes[:2] == [
        ("account_role", "update", "退租"), ("account_role", "insert", "租赁合同"),
    ]  # fmt: skip


async def test_nobody_is_the_same_twice_at_a_time_but_may_be_it_again_later(
    company: Database,
) -> None:
    role = await given(company)
    with pytest.raises(roles.RoleGiven):
        await given(company, SUMMER)
    await ended(company, role)
    with pytest.raises(roles.RoleGiven):
        await given(company, SUMMER)
    with pytest.raises(roles.RoleOver):
        await ended(company, role)
    await given(company, AUTUMN)
    async with company.reading() as session:
        assert [(one.since, one.until) for one in await roles.around(session, LI)] == [
            (SPRING, AUTUMN), (AUTUMN, None),
        ]  # fmt: skip


async def test_owners_change_by_a_request_alone(company: Database) -> None:
    assert (
        await agree(company, await asked(company, "transfer", person="李强"), "陈", LEADER)
        == "done"
    )
    async with company.reading() as session:
        owner = await session.scalar(select(AccountRole).where(AccountRole.until.is_(None)))
    assert owner is not None
    with pytest.raises(roles.OwnerByRequest):
        await ended(company, owner.id, date(2027, 1, 1))
    async with company.reading() as session:
        found = await roles.around(session, LI)
    assert [(one.customer_id, one.role, one.until is None) for one in found] == [
        (WANG, "owner", False), (LI, "owner", True),
    ]  # fmt: skip


async def test_what_cannot_be_is_refused_and_leaves_no_role(company: Database) -> None:
    role = await given(company)
    async with company.unit_of_work() as session:
        asked_for = {"role": "payer", "since": SPRING, "by": "l"}
        with pytest.raises(NoReason):
            await roles.give(session, ACCOUNT, LI, **asked_for, why="")  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await roles.give(session, "000", LI, **asked_for, why="x")  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await roles.give(session, ACCOUNT, 99, **asked_for, why="x")  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            await roles.end(session, role, until=date(2026, 2, 1), by="l", why="x")
        with pytest.raises(NotFound):
            await roles.end(session, 99, until=AUTUMN, by="l", why="x")
    async with company.reading() as session:
        assert [(one.role, one.until) for one in await roles.around(session, LI)] == [
            ("tenant", None)
        ]
