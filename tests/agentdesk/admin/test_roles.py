"""Roles as a page: composed, refused in words, removed, put back."""

from collections.abc import AsyncIterator

import pytest

from agentdesk.admin import role_words, views
from crm.staff import composing, service
from crm.staff.models import User
from mainline.config import Settings
from mainline.db import Database
from mainline.permissions import ROLES, Permission
from tests.support.pages import Pages, pages

FORM = {
    "code": "night_lead", "zh": "夜班长", "en": "Night lead", "permission": "see-board",
    "why": "夜班", "new": "true",
}  # fmt: skip


@pytest.fixture
async def admin(sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with sqlite_database.unit_of_work() as session:
        session.add(User(login="root", name="root", password_hash="x", roles=["admin"]))
    async with pages(settings, sqlite_database, [views.router], "admin") as opened:
        yield opened


async def allowed(database: Database, code: str) -> set[Permission] | None:
    async with database.reading() as session:
        held = (await composing.rights(session)).get(code)
    return None if held is None else set(held)


def test_each_permission_stands_on_the_page_once_with_words() -> None:
    shown = [each for _, group in role_words.GROUPS for each in group]
    assert sorted(shown) == sorted(Permission)


async def test_a_role_is_composed_changed_removed_and_put_back(
    admin: Pages, sqlite_database: Database
) -> None:
    assert "The roles are as the house made them" in (await admin.get("/admin/roles")).text
    assert 'name="code"' in (await admin.get("/admin/roles/new")).text
    assert (await admin.post("/admin/roles", FORM)).status_code == 303
    assert await allowed(sqlite_database, "night_lead") == {Permission.SEE_BOARD}
    page = (await admin.get("/admin/roles", language="zh")).text
    assert "夜班长" in page
    assert "本公司" in page
    form = (await admin.get("/admin/roles/night_lead")).text
    assert 'value="see-board" checked' in form
    async with sqlite_database.unit_of_work() as session:
        await service.set_roles(session, "root", ["admin", "night_lead"])
    assert "夜班长" in (await admin.get("/admin/staff", language="zh")).text
    async with sqlite_database.unit_of_work() as session:
        await service.set_roles(session, "root", ["admin"])
    changed = {**FORM, "permission": "see-calls", "after": "1", "why": "换了"}
    del changed["new"]
    assert (await admin.post("/admin/roles", changed)).status_code == 303
    assert await allowed(sqlite_database, "night_lead") == {Permission.SEE_CALLS}
    assert (await admin.post("/admin/roles/night_lead/remove", {"why": "完"})).status_code == 303
    assert await allowed(sqlite_database, "night_lead") is None
    assert (await admin.get("/admin/roles/night_lead")).status_code == 404
    assert (await admin.post("/admin/roles/versions/1/restore", {"why": "再"})).status_code == 303
    assert await allowed(sqlite_database, "night_lead") == {Permission.SEE_BOARD}


async def test_a_role_of_the_house_keeps_its_name_and_says_that_it_is_composed_otherwise(
    admin: Pages, sqlite_database: Database
) -> None:
    form = {"code": "cashier", "permission": "see-customers", "why": "少看", "zh": "别的名字"}
    assert (await admin.post("/admin/roles", form)).status_code == 303
    page = (await admin.get("/admin/roles", language="zh")).text
    assert "别的名字" not in page
    assert "已调整" in page
    assert "恢复为内置权限" in (await admin.get("/admin/roles/cashier", language="zh")).text
    assert (await admin.post("/admin/roles/cashier/remove", {"why": "如前"})).status_code == 303
    assert await allowed(sqlite_database, "cashier") == set(ROLES["cashier"])


async def test_what_is_refused_is_said_in_words_and_the_form_keeps_what_was_chosen(
    admin: Pages, sqlite_database: Database
) -> None:
    taken = await admin.post("/admin/roles", {**FORM, "code": "agent"})
    assert (taken.status_code, 'role="alert"' in taken.text) == (409, True)
    assert 'value="see-board" checked' in taken.text
    no_reason = await admin.post("/admin/roles", {**FORM, "why": " "}, language="zh")
    assert (no_reason.status_code, 'role="alert"' in no_reason.text) == (422, True)
    last = await admin.post("/admin/roles", {"code": "admin", "permission": "export", "why": "x"})
    assert (last.status_code, "nobody who signs in could edit" in last.text) == (409, True)
    assert await allowed(sqlite_database, "night_lead") is None
    unused = await admin.post("/admin/roles/night_lead/remove", {"why": "x"})
    assert unused.status_code == 404


async def test_it_is_for_who_may_edit_roles_and_they_cannot_give_what_they_do_not_hold(
    admin: Pages, sqlite_database: Database
) -> None:
    admin.sign_in("leader")
    assert (await admin.get("/admin/roles")).status_code == 403
    assert (await admin.post("/admin/roles", FORM)).status_code == 403
    admin.sign_in("admin")
    assert (
        await admin.post("/admin/roles", {**FORM, "permission": "edit-roles"})
    ).status_code == 303
    admin.sign_in("night_lead", rights={"night_lead": frozenset({Permission.EDIT_ROLES})})
    page = (await admin.get("/admin/roles/new")).text
    assert 'value="export" disabled' in page
    refused = await admin.post(
        "/admin/roles", {**FORM, "code": "helper", "permission": "export"}, language="zh"
    )
    assert (refused.status_code, "不能授予您自己没有的权限：导出列表" in refused.text) == (
        403,
        True,
    )
    assert await allowed(sqlite_database, "helper") is None


async def test_it_is_not_edited_as_text(admin: Pages) -> None:
    await admin.post("/admin/roles", FORM)
    assert "/admin/definitions/roles" not in (await admin.get("/admin/definitions")).text
    for path in ("roles/company", "roles/company/1/publish", "roles/company/1/roll-back"):
        refused = await admin.post(f"/admin/definitions/{path}", {"text": "roles: []", "why": "x"})
        assert refused.status_code == 403
