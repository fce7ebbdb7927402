"""The page of rules: in words, switched by who may, with what they did."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from agentdesk.linkage import views
from crm.catalog import service as catalog
from crm.life_cycle.events import AccountChanged
from crm.linkage.prepare import install
from crm.linkage.service import meet
from mainline.config import Settings
from mainline.db import Database
from mainline.web import undeclared
from tests.crm.town import customer, place, premise
from tests.support.pages import Pages, pages

SHUT = AccountChanged(
    subject="account:1", number="20261123-0099", effect="suspend", customer_id=1,
    effective_on=date(2026, 11, 23), by="陈静", before={}, after={},
)  # fmt: skip


@pytest.fixture
async def desk(sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await install(session, settings.pack_dir)
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        await customer(session, "王芳", "13800000001", accounts={"100001": home})
        await meet(session, SHUT)
    async with pages(settings, sqlite_database, [views.router], "admin") as opened:
        yield opened


async def test_rules_are_told_in_words_with_what_they_did(desk: Pages) -> None:
    english = (await desk.get("/linkage")).text
    assert "A request takes effect (suspension)" in english
    assert "an order is opened: Shut the valve · Shut the valve, it is suspended" in english
    assert "An order is done (Defect to be mended · Mended: Yes)" in english
    assert "/requests/20261123-0099" in english
    chinese = (await desk.get("/linkage?rule=suspension_shuts_valve", language="zh-CN")).text
    assert "申请生效（报停）" in chinese or "申请生效 (报停)" in chinese
    assert "报停生效后关阀" in chinese
    assert "隐患整改 · 已整改: 是" in chinese


async def test_a_rule_is_switched_by_who_may_edit_and_by_nobody_else(desk: Pages) -> None:
    off = {"on": "false", "why": "试行"}
    desk.sign_in("leader")
    assert "Switch off" not in (await desk.get("/linkage")).text
    assert (await desk.post("/linkage/suspension_shuts_valve", off)).status_code == 403
    desk.sign_in("admin")
    assert (await desk.post("/linkage/suspension_shuts_valve", off)).status_code == 303
    page = (await desk.get("/linkage")).text
    assert "Switch on: A suspension shuts the valve" in page
    assert "version 2" in page
    assert (await desk.post("/linkage/no_such", off)).status_code == 404
    desk.sign_in("agent")
    assert (await desk.get("/linkage")).status_code == 403


def test_every_route_names_its_permission() -> None:
    assert undeclared(views.router.routes) == []
