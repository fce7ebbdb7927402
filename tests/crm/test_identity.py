"""Wrong facts open nothing, and are counted over all calls."""

import pytest
from sqlalchemy import func, select, update

from crm.customers.identify import by_account_number, identify
from crm.customers.identity import (
    FAILURES_MAX,
    FAILURES_WITHIN,
    Proof,
    fits,
    prove,
    sealed,
    sealed_beforehand,
)
from crm.customers.models import Customer, CustomerPhone, IdentityFailure
from mainline.db import Database
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

MOBILE, HOME, OLD = "13800008000", "02431234567", "13911119999"


@pytest.fixture
async def wang(database: Database, clock: StandingClock) -> int:
    """Two confirmed numbers, one that is not, two accounts and an identity card ending in 311X."""
    async with database.unit_of_work() as session:
        node = await place(session, "和平区", "南湖街", "幸福小区")
        home = await premise(session, node, "幸福小区1号楼")
        shop = await premise(session, node, "幸福小区2号楼")
        accounts = {"10000001": home, "10005678": shop}
        made = await customer(session, "王芳", MOBILE, HOME, OLD, accounts=accounts)
        made.id_tail = sealed("311x", made.id)
        await session.execute(
            update(CustomerPhone).where(CustomerPhone.number == OLD).values(confirmed=False)
        )
        await customer(session, "李强", "13922220000", accounts={"10009999": home})
        return made.id


async def _prove(
    database: Database, who: int, tail: str, fact: str, calling_from: str | None = None
) -> Proof:
    async with database.unit_of_work() as session:
        return await prove(session, who, account_tail=tail, fact=fact, calling_from=calling_from)


async def _failures(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(IdentityFailure)) or 0


@pytest.mark.parametrize(
    ("tail", "fact"),
    [("0001", "8000"), ("5678", "8000"), ("", "8000"), ("0001", "4567"), ("0001", "311*")],
)
async def test_two_facts_prove_who_it_is(
    database: Database, wang: int, tail: str, fact: str
) -> None:
    assert await _prove(database, wang, tail, fact) == "proven"
    assert await _failures(database) == 0


@pytest.mark.parametrize(
    ("tail", "fact"),
    [
        ("9999", "8000"),  # another customer's account
        ("0001", "0000"),  # another customer's telephone
        ("0001", "9999"),  # a number that is not confirmed
        ("001", "8000"),
        ("0001", "000"),
        ("0001", ""),
        ("", ""),
        ("0001", "3111"),
    ],
)
async def test_anything_else_is_wrong_and_counted(
    database: Database, wang: int, tail: str, fact: str
) -> None:
    assert await _prove(database, wang, tail, fact) == "wrong"
    assert await _failures(database) == 1


async def test_the_number_that_calls_is_no_second_fact(database: Database, wang: int) -> None:
    assert await _prove(database, wang, "0001", "8000", MOBILE) == "wrong"
    assert await _prove(database, wang, "0001", "4567", MOBILE) == "proven"


async def test_guessing_over_many_calls_locks_the_customer_for_a_day(
    database: Database, wang: int, clock: StandingClock
) -> None:
    for _ in range(FAILURES_MAX):
        assert await _prove(database, wang, "", "1234") == "wrong"
    assert await _prove(database, wang, "0001", "8000") == "locked"
    assert await _failures(database) == FAILURES_MAX
    clock.forward(seconds=FAILURES_WITHIN.total_seconds() + 1)
    assert await _prove(database, wang, "0001", "8000") == "proven"


async def test_the_end_of_the_card_is_kept_sealed(database: Database, wang: int) -> None:
    async with database.reading() as session:
        kept = await session.scalar(select(Customer.id_tail).where(Customer.id == wang))
    assert kept == sealed("311X", wang)
    assert kept != sealed("311X", wang + 1)
    assert "311X" not in kept


async def test_a_seal_that_was_made_before_the_customer_fits_the_same_end_alone(
    database: Database, wang: int
) -> None:
    seal = sealed_beforehand("311x", "10000001")
    async with database.unit_of_work() as session:
        (await session.get_one(Customer, wang)).id_tail = seal
    assert len(seal) == len(sealed("311X", wang)) == 64
    assert "311X" not in seal.upper()
    assert seal != sealed_beforehand("311X", "10000002")
    ends = ("311X", "311x", "3110", "")
    assert [fits(end, wang, seal) for end in ends] == [True, True, False, False]
    assert await _prove(database, wang, "0001", "311*") == "proven"
    assert await _prove(database, wang, "0001", "3111") == "wrong"


async def test_only_a_confirmed_number_is_told_as_proven(database: Database, wang: int) -> None:
    async with database.reading() as session:
        sure = await identify(session, MOBILE)
        unsure = await identify(session, OLD)
        keyed = await by_account_number(session, "10000001")
    assert [one.confirmed for one in (*sure.candidates, *unsure.candidates)] == [True, False]
    assert keyed is not None
    assert not keyed.confirmed
