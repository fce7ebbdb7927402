"""What must be read is shown until it is read; who has not is known."""

from datetime import timedelta

import pytest

from crm.bulletins import service
from crm.bulletins.events import BulletinPublished, BulletinRead, BulletinWithdrawn
from crm.bulletins.models import Bulletin
from crm.staff import composing
from crm.staff.models import User
from crm.staff.roles import Role
from mainline.clock import now
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal import entries_after
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import Principal
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock

LI = Principal(11, "li", frozenset({"agent"}), agent_number="8001")
WU = Principal(12, "wu", frozenset({"agent"}), agent_number="8002")
FANG = Principal(13, "fang", frozenset({"dispatcher"}))
PROGRAM = Principal(None, "program", frozenset({"agent"}))


async def _publish(
    database: Database, title: str, *, must_read: bool = True, roles: tuple[str, ...] = (),
    hours: float | None = None,
) -> Bulletin:  # fmt: skip
    async with database.unit_of_work() as session:
        return await service.publish(
            session, what="conditions", title=title, text="二网降温 5 度", must_read=must_read,
            roles=roles, until=now() + timedelta(hours=hours) if hours else None, by="8000",
        )  # fmt: skip


async def test_a_must_read_stands_until_it_is_read_and_the_receipt_is_a_fact(
    database: Database,
) -> None:
    row = await _publish(database, "降温")
    async with database.unit_of_work() as session:
        assert [one.title for one in await service.unread(session, LI)] == ["降温"]
        await service.read(session, row.id, LI)
        await service.read(session, row.id, LI)
        assert await service.unread(session, LI) == []
        assert [one.id for one in await service.unread(session, WU)] == [row.id]
        receipts = await service.readers(session, row.id)
        people = [(11, "li", LI.roles), (12, "wu", WU.roles)]
        assert service.missing(row, people, receipts) == ["wu"]
        facts = [e.event for e in await entries_after(session, 0, subject=f"bulletin:{row.id}")]
    assert [type(each) for each in facts] == [BulletinPublished, BulletinRead]
    assert isinstance(facts[1], BulletinRead)
    assert facts[1].by == "8001"


async def test_it_is_for_its_roles_and_not_for_programs(database: Database) -> None:
    row = await _publish(database, "坐席", roles=("agent",))
    async with database.unit_of_work() as session:
        assert await service.unread(session, FANG) == []
        assert await service.unread(session, PROGRAM) == []
        with pytest.raises(NotFound):
            await service.read(session, row.id, FANG)
        people = [(11, "li", LI.roles), (13, "fang", FANG.roles)]
        assert service.missing(row, people, []) == ["li"]


async def test_it_is_for_a_role_that_the_company_composed(database: Database) -> None:
    crew_lead = Role(
        code="crew_lead", name=LocalizedText(zh="班组长", en="Crew lead"),
        permissions=(Permission.SEE_BOARD,),
    )  # fmt: skip
    who = Principal(14, "zhao", frozenset({"crew_lead"}))
    with pytest.raises(Invalid):
        await _publish(database, "班组", roles=("crew_lead",))
    async with database.unit_of_work() as session:
        session.add(User(login="root", name="root", password_hash="x", roles=["admin"]))
        every = frozenset(Permission)
        await composing.put(session, crew_lead, may=every, by="root", why="班组")
    row = await _publish(database, "班组", roles=("crew_lead",))
    async with database.unit_of_work() as session:
        assert [one.id for one in await service.unread(session, who)] == [row.id]
        assert await service.unread(session, LI) == []


async def test_it_is_over_with_its_time_or_when_it_is_withdrawn(
    database: Database, clock: StandingClock
) -> None:
    short, long = await _publish(database, "短", hours=1), await _publish(database, "长")
    clock.forward(hours=1)
    async with database.unit_of_work() as session:
        assert [one.title for one in await service.unread(session, LI)] == ["长"]
        with pytest.raises(service.BulletinOver):
            await service.read(session, short.id, LI)
        await service.withdraw(session, long.id, by="8000")
        assert await service.shown(session, LI) == []
        with pytest.raises(service.BulletinOver):
            await service.withdraw(session, long.id, by="8000")
        facts = [e.event for e in await entries_after(session, 0, subject=f"bulletin:{long.id}")]
    assert isinstance(facts[-1], BulletinWithdrawn)


async def test_what_must_be_read_stands_first(database: Database) -> None:
    await _publish(database, "必读")
    await _publish(database, "可读", must_read=False)
    async with database.reading() as session:
        assert [one.bulletin.title for one in await service.shown(session, LI)] == ["必读", "可读"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"title": " "}, service.NothingSaid), ({"text": ""}, service.NothingSaid),
     ({"roles": ("king",)}, Invalid), ({"until": "past"}, Invalid)],
)  # fmt: skip
async def test_what_cannot_be_is_refused(
    database: Database, changed: dict[str, object], error: type[Exception]
) -> None:
    body: dict[str, object] = {
        "what": "bulletin", "title": "a", "text": "b", "must_read": False, "roles": (),
        "until": None, **changed,
    }  # fmt: skip
    if body["until"] == "past":
        body["until"] = now()
    async with database.unit_of_work() as session:
        with pytest.raises(error):
            await service.publish(session, by="t", **body)  # type: ignore[arg-type]


async def test_only_who_may_write_publishes_and_sees_receipts(as_role: AsRole) -> None:
    body = {"title": "公告", "text": "内容", "must_read": True}
    assert (await as_role("agent").post("/bulletins", json=body)).status_code == 403
    answer = await as_role("leader").post("/bulletins", json=body)
    assert answer.status_code == 201
    number = answer.json()["id"]
    assert (await as_role("agent").get(f"/bulletins/{number}/receipts")).status_code == 403
    assert (await as_role("agent").get("/bulletins")).json()["items"][0]["title"] == "公告"
    assert (await as_role("leader").post(f"/bulletins/{number}/withdraw")).status_code == 200
    assert (await as_role("agent").get("/bulletins")).json()["items"] == []
