"""People as a page: found, taken on, given roles, shut out and let in again."""

import re
from collections.abc import AsyncIterator

import pytest

from agentdesk.admin import views
from crm.areas.models import BRANCH, ServiceArea
from crm.catalog.kinds import FILES, QUEUES, WORK_ORDER_TYPES
from crm.staff import service
from crm.staff.models import User
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.permissions import ROLES, Permission
from tests.support.pages import Pages, pages

AT = "/admin/staff/person/wang"
ONCE = re.compile(r"<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</code>")


@pytest.fixture
async def admin(sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with sqlite_database.unit_of_work() as session:
        session.add(User(login="root", name="root", password_hash="x", roles=["admin"]))
        session.add(ServiceArea(
            kind=BRANCH, code="heping", name_zh="和平分公司", name_en="Heping", outline=[],
        ))  # fmt: skip
    async with pages(settings, sqlite_database, [views.router], "admin") as opened:
        yield opened


async def taken_on(admin: Pages) -> str:
    form = {"login": "wang", "name": "王芳", "agent_number": "8001", "role": "agent"}
    found = ONCE.search((await admin.post("/admin/staff", form)).text)
    assert found is not None
    return found[1]


async def wang(database: Database) -> User:
    async with database.reading() as session:
        return await service.by_login(session, "wang")


async def test_somebody_is_taken_on_and_the_password_is_shown_once(
    admin: Pages, sqlite_database: Database
) -> None:
    assert 'name="login"' in (await admin.get("/admin/staff/new")).text
    once = await taken_on(admin)
    assert once not in (await admin.get(AT)).text
    made = await wang(sqlite_database)
    assert (made.name, made.roles, made.agent_number) == ("王芳", ["agent"], "8001")
    assert "待改一次性密码" in (await admin.get("/admin/staff?q=王", language="zh")).text
    again = ONCE.search((await admin.post(f"{AT}/password")).text)
    assert again is not None
    assert again[1] != once
    taken = await admin.post("/admin/staff", {"login": "wang", "name": "二", "role": "agent"})
    assert (taken.status_code, 'role="alert"' in taken.text) == (409, True)
    assert 'value="wang"' in taken.text
    double = {"login": "wang2", "name": "王芳", "role": "agent"}
    refused = await admin.post("/admin/staff", double, language="zh")
    assert (refused.status_code, "例如：王芳（东区）" in refused.text) == (409, True)
    assert (await admin.get("/admin/staff/person/wang2")).status_code == 404


async def test_people_are_found_by_what_is_typed_role_and_state(admin: Pages) -> None:
    await taken_on(admin)
    rows = {
        "q=WANG": True, "q=8001": True, "q=nobody": False, "role=agent": True,
        "role=leader": False, "state=in": True, "state=gone": False,
    }  # fmt: skip
    for asked, there in rows.items():
        assert (AT in (await admin.get(f"/admin/staff?{asked}")).text) == there, asked
    assert "没有符合条件的人员" in (await admin.get("/admin/staff?q=zz", language="zh")).text


async def test_teams_and_queues_are_called_by_their_names(
    admin: Pages, sqlite_database: Database, settings: Settings
) -> None:
    await taken_on(admin)
    async with sqlite_database.unit_of_work() as session:
        for kind in (WORK_ORDER_TYPES.name, QUEUES.name):
            await definitions.install_file(session, kind, settings.pack_dir / FILES[kind])
        await service.change(session, "wang", team="repair", queues=["billing"])
    page = (await admin.get("/admin/staff", language="zh")).text
    assert "<td>维修班</td>" in page
    assert "<td>费用查询</td>" in page
    assert '<option value="repair">Repair team</option>' in (await admin.get(AT)).text


async def test_roles_place_and_sign_in_are_changed_on_the_persons_page(
    admin: Pages, sqlite_database: Database
) -> None:
    await taken_on(admin)
    roles = {"role": "leader", "seen": "agent", "why": "升职"}
    assert (await admin.post(f"{AT}/roles", roles)).status_code == 303
    assert "和平分公司" in (await admin.get(AT, language="zh")).text
    place = {
        "name": "王芳芳",
        "team": "夜班",
        "workplace": "home",
        "branch": "heping",
        "skills": "gas heat gas",
    }
    assert (await admin.post(f"{AT}/place", place)).status_code == 303
    made = await wang(sqlite_database)
    assert (made.roles, made.name, made.team, made.workplace, made.skills) == (
        ["leader"], "王芳芳", "夜班", "home", ["gas", "heat"],
    )  # fmt: skip
    assert 'value="heping" selected>Heping' in (await admin.get(AT)).text
    stale = await admin.post(f"{AT}/roles", roles, language="zh")
    assert (stale.status_code, "期间已有人改动了角色" in stale.text) == (409, True)
    assert (await admin.post(f"{AT}/let-go", {"why": "离职"})).status_code == 303
    assert not (await wang(sqlite_database)).active
    assert "恢复启用" in (await admin.get(AT, language="zh")).text
    assert (await admin.post(f"{AT}/take-back", {"why": "回来"})).status_code == 303
    assert (await wang(sqlite_database)).active


async def test_what_is_refused_is_said_in_words(admin: Pages, sqlite_database: Database) -> None:
    last = await admin.post("/admin/staff/person/root/let-go", {"why": "x"}, language="zh")
    assert (last.status_code, "再也没有人能登录后管理人员" in last.text) == (409, True)
    none = await admin.post("/admin/staff/person/root/roles", {"seen": "admin", "why": "x"})
    assert (none.status_code, 'role="alert"' in none.text) == (422, True)
    assert (await admin.get("/admin/staff/person/nobody")).status_code == 404
    own = ROLES["leader"] | {Permission.ADMINISTER}
    admin.sign_in("own", rights={**ROLES, "own": own})
    assert 'value="admin" disabled' in (await admin.get("/admin/staff/new")).text
    more = await admin.post("/admin/staff/person/root/password", language="zh")
    assert (more.status_code, "此人拥有您自己没有的权限" in more.text) == (403, True)
    assert "编辑角色" in more.text
    assert ONCE.search(more.text) is None
    admin.sign_in("leader")
    assert (await admin.get("/admin/staff")).status_code == 403
