"""A suspension is asked for in time before a season, and counts for the whole of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from crm.customers.models import ServiceAccount
from crm.life_cycle import flow, queries, service
from crm.life_cycle.details import Details
from crm.life_cycle.flow import Known, WithinSeason
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.rules import LifeCycle, RequestKind
from mainline import definitions
from mainline.db import Database
from mainline.errors import MainlineError
from tests.crm.life_cycle.requesting import LEADER, ZONE, agree, asked, row
from tests.support.clock import StandingClock

LAST, BEGINS, MIDDLE = date(2026, 10, 31), date(2026, 11, 15), date(2027, 1, 15)
ENDS, AFTER = date(2027, 3, 15), date(2027, 3, 16)
ONE = {
    "code": "suspension", "name": {"zh": "报停", "en": "Suspension"}, "effect": "suspend",
    "checks": [{"check": "before_season", "days": 15}],
}  # fmt: skip
HEAT = {"begins": "11-15", "ends": "03-15"}


def verdict(asked_on: date, starts_on: date, season: dict[str, str] | None) -> tuple[str, str]:
    """The code of the refusal with its first day, or nothing."""
    body = LifeCycle.model_validate({"season": season, "kinds": [ONE]})
    kind: RequestKind = body.kind("suspension")
    try:
        flow.check(body, kind, Known([], 0, 0, asked_on, starts_on))
    except MainlineError as error:
        return error.code, str(error.values.get("last") or error.values["begins"])
    return "", ""


@pytest.mark.parametrize(
    ("asked_on", "starts_on", "refused", "day"),
    [
        (date(2026, 10, 1), date(2026, 10, 1), "", ""),
        (LAST, LAST, "", ""), (LAST, BEGINS, "", ""),
        (LAST, BEGINS + timedelta(days=1), "request-within-season", "2026-11-15"),
        (date(2026, 10, 1), MIDDLE, "request-within-season", "2026-11-15"),
        (LAST, ENDS, "request-within-season", "2026-11-15"),
        (LAST, AFTER, "", ""), (LAST, date(2027, 11, 15), "", ""),
        (LAST, date(2027, 11, 16), "request-within-season", "2027-11-15"),
        (date(2026, 11, 1), date(2026, 11, 1), "request-too-late", "2026-10-31"),
        (date(2026, 11, 1), MIDDLE, "request-too-late", "2026-10-31"),
        (date(2026, 11, 1), AFTER, "", ""),
        (MIDDLE, MIDDLE, "request-too-late", "2026-10-31"), (MIDDLE, AFTER, "", ""),
    ],
)  # fmt: skip
def test_it_counts_for_whole_seasons_that_were_asked_for_in_time(
    asked_on: date, starts_on: date, refused: str, day: str
) -> None:
    assert verdict(asked_on, starts_on, HEAT) == (refused, day)


def test_a_season_may_lie_within_a_year_or_nowhere() -> None:
    summer = {"begins": "06-01", "ends": "08-31"}
    assert verdict(date(2026, 5, 1), date(2026, 8, 31), summer) == (
        "request-within-season", "2026-06-01",
    )  # fmt: skip
    assert verdict(date(2026, 5, 1), date(2026, 9, 1), summer) == ("", "")
    assert verdict(date(2026, 5, 1), date(2026, 7, 1), None) == ("", "")


async def test_it_is_not_asked_for_from_the_middle_of_a_season(
    company: Database, clock: StandingClock
) -> None:
    clock.set(datetime(2027, 10, 1, 2, tzinfo=UTC))
    with pytest.raises(WithinSeason) as told:
        await asked(company, "suspension", effective_on=date(2028, 1, 15))
    days = (told.value.values["begins"], told.value.values["after"])
    assert days == ("2027-11-15", "2028-03-16")
    assert "2027-11-15生效" in told.value.words.to("zh_CN", **told.value.values)
    async with company.reading() as session:
        assert (await session.scalars(select(LifeRequest.id))).all() == []
    number = await asked(company, "suspension", effective_on=date(2027, 11, 15))
    assert await agree(company, number, "陈静", LEADER) == "date"


async def test_agreed_to_too_late_it_does_not_begin_within_the_season(
    company: Database, clock: StandingClock
) -> None:
    clock.set(datetime(2027, 10, 30, 2, tzinfo=UTC))
    number = await asked(company, "suspension")
    clock.set(datetime(2027, 12, 7, 2, tzinfo=UTC))
    with pytest.raises(WithinSeason) as told:
        await agree(company, number, "陈静", LEADER)
    days = (told.value.values["begins"], told.value.values["after"])
    assert days == ("2027-11-15", "2028-03-16")
    request = await row(company, LifeRequest, 1)
    assert (request.state, request.approvals) == ("approval", [])
    assert (await row(company, ServiceAccount, 1)).status == "active"
    async with company.unit_of_work() as session:
        await service.refuse(session, number, by="陈静", roles=LEADER, note="已过期")
    following = await asked(company, "suspension", key="next", effective_on=date(2028, 3, 16))
    assert await agree(company, following, "陈静", LEADER) == "date"
    assert (await row(company, ServiceAccount, 1)).status == "active"


async def test_agreed_to_on_the_first_day_of_the_season_it_counts(
    company: Database, clock: StandingClock
) -> None:
    clock.set(datetime(2027, 10, 30, 2, tzinfo=UTC))
    number = await asked(company, "suspension")
    clock.set(datetime(2027, 11, 15, 2, tzinfo=UTC))
    assert await agree(company, number, "陈静", LEADER) == "done"
    assert (await row(company, ServiceAccount, 1)).status == "suspended"


async def test_where_nobody_has_to_agree_the_last_paper_comes_too_late(
    company: Database, clock: StandingClock
) -> None:
    clock.set(datetime(2027, 10, 30, 2, tzinfo=UTC))
    async with company.unit_of_work() as session:
        body = await queries.life_cycle(session)
        assert body is not None
        plain = body.model_dump(mode="json")
        for kind in plain["kinds"]:
            kind["approvals"] = []
        made = await definitions.draft(session, "life_cycle", "company", plain, author="a")
        await definitions.publish(session, "life_cycle", "company", made.version, by="a")
        request = await service.ask(
            session, kind="suspension", key="k", by="8001", details=Details(), zone=ZONE,
            account_id=1, documents=("identity",),
        )  # fmt: skip
        number = request.number
    clock.set(datetime(2027, 12, 7, 2, tzinfo=UTC))
    async with company.unit_of_work() as session:
        with pytest.raises(WithinSeason):
            await service.hand_in(session, number, "form", by="8001", zone=ZONE)
    assert (await row(company, ServiceAccount, 1)).status == "active"
