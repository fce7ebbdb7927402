"""People get roles, are let go and taken back: each a fact, and only within the rules."""

import asyncio
from typing import Any

import pytest

from crm.staff import auth, choosing, composing, service
from crm.staff.appointing import LastAdministrator, MayDoMore
from crm.staff.models import User
from crm.staff.naming import LoginTaken, NameTaken
from crm.staff.roles import Role
from mainline import acting
from mainline.db import Database
from mainline.errors import Invalid, MainlineError
from mainline.journal import entries_after
from mainline.permissions import ROLES, Permission
from mainline.text import LocalizedText
from mainline.web import Principal
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock

PASSWORD = "long enough"
LEADER = ROLES["leader"]
P = Permission


@pytest.fixture
async def staff(database: Database) -> Database:
    """The only administrator, and a team leader with a telephone."""
    async with database.unit_of_work() as session:
        session.add(User(login="root", name="root", password_hash="x", roles=["admin"]))
        session.add(
            User(login="chen", name="陈", password_hash="x", roles=["leader"], agent_number="8000")
        )
    return database


async def facts(database: Database, login: str) -> list[dict[str, Any]]:
    async with database.reading() as session:
        entries = await entries_after(session, 0, subject=f"staff:{login}")
    told = [(one.event.kind, one.event.model_dump(exclude={"subject", "at"})) for one in entries]
    return [{"kind": kind.removeprefix("staff."), **fields} for kind, fields in told]


async def user(database: Database, login: str) -> User:
    async with database.reading() as session:
        return await service.by_login(session, login)


async def signs_in(database: Database, login: str, password: str) -> auth.SignedIn:
    return await auth.sign_in(database, login=login, password=password, address="")


async def whose(database: Database, signed: auth.SignedIn) -> Principal | None:
    async with database.reading() as session:
        return await auth.principal_of_session(session, signed.token)


async def test_each_change_is_a_fact_with_who_and_why(staff: Database) -> None:
    with acting.one_request():
        acting.by("root")
        async with staff.unit_of_work() as session:
            wang, once = await service.take_on(session, login="wang", name="王", roles=["agent"])
            await service.set_roles(session, "wang", ["leader", "agent"], why="升职")
            await service.set_roles(session, "wang", ["agent", "leader"], why="又一次")
            await service.change(session, "wang", queues=["repair"], name="王", team="夜班")
            await service.let_go(session, "wang", why="离职")
            await service.let_go(session, "wang", why="再次")
            await service.take_back(session, "wang", why="回来")
            again = await service.give_password(session, "wang")
    assert await facts(staff, "wang") == [
        {"kind": "taken_on", "by": "root", "roles": ("agent",)},
        {
            "kind": "roles_changed", "by": "root", "user_id": wang.id, "before": ("agent",),
            "roles": ("agent", "leader"), "why": "升职",
        },
        {"kind": "changed", "by": "root", "fields": ("queues", "team")},
        {"kind": "let_go", "by": "root", "user_id": wang.id, "why": "离职"},
        {"kind": "taken_back", "by": "root", "why": "回来"},
        {"kind": "password_set", "by": "root", "user_id": wang.id, "once": True},
    ]  # fmt: skip
    assert once != again
    assert not any(once in str(fact) or again in str(fact) for fact in await facts(staff, "wang"))


async def test_a_password_for_once_opens_nothing_but_the_choice_of_an_own_one(
    staff: Database, clock: StandingClock
) -> None:
    async with staff.unit_of_work() as session:
        once = await service.give_password(session, "chen")
    signed, other = await signs_in(staff, "chen", once), await signs_in(staff, "chen", once)
    assert signed.once
    assert (signed.principal.permissions, signed.principal.agent_number) == (frozenset(), None)
    mine = {"session_id": signed.principal.session_id, "address": ""}
    chen = await user(staff, "chen")
    for present, wanted, refused in (
        (once, "short", service.WeakPassword),
        (once, once, choosing.SamePassword),
        ("guessed wrong", PASSWORD, choosing.WrongPresent),
    ):
        with pytest.raises(refused):
            await choosing.choose_password(staff, chen.id, present=present, wanted=wanted, **mine)
    await choosing.choose_password(staff, chen.id, present=once, wanted=PASSWORD, **mine)
    found = await whose(staff, signed)
    assert found is not None
    assert (found.permissions, found.agent_number) == (LEADER, "8000")
    assert await whose(staff, other) is None
    with pytest.raises(auth.WrongPassword):
        await signs_in(staff, "chen", once)
    assert not (await signs_in(staff, "chen", PASSWORD)).once
    assert [fact["kind"] for fact in await facts(staff, "chen")] == [
        "password_set", "password_chosen",
    ]  # fmt: skip


async def test_a_password_for_once_that_nobody_used_is_worth_nothing_after_three_days(
    sqlite_database: Database, clock: StandingClock
) -> None:
    async with sqlite_database.unit_of_work() as session:
        _, once = await service.take_on(session, login="wang", name="王", roles=["agent"])
    clock.forward(seconds=service.ONCE_LASTS.total_seconds())
    with pytest.raises(auth.WrongPassword):
        await signs_in(sqlite_database, "wang", once)


async def test_whoever_is_let_go_or_gets_a_new_password_is_out_at_once(staff: Database) -> None:
    async with staff.unit_of_work() as session:
        await service.set_password(session, "chen", PASSWORD)
    signed = await signs_in(staff, "chen", PASSWORD)
    async with staff.unit_of_work() as session:
        await service.let_go(session, "chen", why="离职")
    assert await whose(staff, signed) is None
    with pytest.raises(auth.WrongPassword):
        await signs_in(staff, "chen", PASSWORD)
    async with staff.unit_of_work() as session:
        await service.take_back(session, "chen")
    signed = await signs_in(staff, "chen", PASSWORD)
    assert await whose(staff, signed) is not None
    async with staff.unit_of_work() as session:
        await service.give_password(session, "chen")
    assert await whose(staff, signed) is None


async def test_nobody_takes_the_last_administrator_away(staff: Database) -> None:
    with pytest.raises(LastAdministrator):
        async with staff.unit_of_work() as session:
            await service.let_go(session, "root")
    with pytest.raises(LastAdministrator):
        async with staff.unit_of_work() as session:
            await service.set_roles(session, "root", ["leader"])
    own = Role(code="roles_only", name=LocalizedText(zh="角色", en="Roles"),
               permissions=(P.EDIT_ROLES,))  # fmt: skip
    all_of_it = frozenset(Permission)
    async with staff.unit_of_work() as session:
        await composing.put(session, own, may=all_of_it, by="root", why="分权")
        await service.set_roles(session, "chen", ["roles_only"])
    with pytest.raises(LastAdministrator):  # chen edits roles, and still nobody would give them
        async with staff.unit_of_work() as session:
            await service.let_go(session, "root")
    weaker = Role(code="admin", name=own.name, permissions=(P.EDIT_ROLES,))
    with pytest.raises(composing.NobodyAdministers):
        async with staff.unit_of_work() as session:
            await composing.put(session, weaker, may=all_of_it, by="root", why="x")
    assert (await user(staff, "root")).active
    assert await facts(staff, "root") == []
    async with staff.unit_of_work() as session:
        await service.set_roles(session, "chen", ["admin"])
        await service.let_go(session, "root")
    assert not (await user(staff, "root")).active


async def test_two_administrators_who_shut_each_other_out_do_not_both_succeed(
    staff: Database,
) -> None:
    async with staff.unit_of_work() as session:
        await service.set_roles(session, "chen", ["admin"])

    async def shut_out(login: str) -> bool:
        try:
            async with staff.unit_of_work() as session:
                await service.let_go(session, login)
        except LastAdministrator:
            return False
        return True

    done = await asyncio.gather(shut_out("root"), shut_out("chen"))
    assert sorted(done) == [False, True]
    assert [(await user(staff, login)).active for login in ("root", "chen")].count(True) == 1


async def test_nobody_gives_more_than_they_hold_nor_opens_a_sign_in_that_may_do_more(
    sqlite_database: Database,
) -> None:
    staff, mine = sqlite_database, LEADER | {P.ADMINISTER}
    async with staff.unit_of_work() as session:
        session.add(User(login="root", name="root", password_hash="x", roles=["admin"]))
        session.add(User(login="chen", name="陈", password_hash="x", roles=["agent"]))
        session.add(User(login="left", name="左", password_hash="x", roles=["admin"], active=False))
    refusals: list[tuple[type[MainlineError], Any]] = [
        (composing.NotHeldYourself, lambda s: service.set_roles(s, "chen", ["admin"], may=mine)),
        (MayDoMore, lambda s: service.give_password(s, "root", may=mine)),
        (MayDoMore, lambda s: service.take_back(s, "left", may=mine)),
        (composing.NotHeldYourself, lambda s: service.take_on(
            s, login="new", name="新", roles=["admin"], may=mine)),
        (Invalid, lambda s: service.set_roles(s, "chen", ["emperor"], may=mine)),
        (Invalid, lambda s: service.set_roles(s, "chen", [], may=mine)),
        (service.ChangedMeanwhile, lambda s: service.set_roles(
            s, "chen", ["leader"], may=mine, seen=["cashier"])),
    ]  # fmt: skip
    for refused, act in refusals:
        with pytest.raises(refused):
            async with staff.unit_of_work() as session:
                await act(session)
    async with staff.unit_of_work() as session:
        await service.set_roles(session, "chen", ["leader"], may=mine)
    assert (await user(staff, "chen")).roles == ["leader"]
    assert (await user(staff, "root")).password_hash == "x"
    assert not (await user(staff, "left")).active


async def hire(database: Database, login: str, name: str, **more: Any) -> None:
    async with database.unit_of_work() as session:
        await service.take_on(session, login=login, name=name, roles=["field"], **more)


@pytest.mark.parametrize("called", ["王伟", " 王伟 ", "wei1", "8000", "李强", "root"])
async def test_nobody_is_known_as_somebody_else_is_or_was(staff: Database, called: str) -> None:
    await hire(staff, "wei1", "王伟")
    await hire(staff, "li", "李强")
    async with staff.unit_of_work() as session:
        await service.let_go(session, "li", why="离职")
    with pytest.raises(NameTaken) as refused:
        await hire(staff, "wei2", called)
    assert refused.value.values["name"] == called.strip()
    assert refused.value.words.to("zh_CN", **refused.value.values).endswith("（东区）。")
    assert await facts(staff, "wei2") == []
    await hire(staff, "wei2", f"{called.strip()}（东区）")
    with pytest.raises(NameTaken):
        async with staff.unit_of_work() as session:
            await service.change(session, "wei2", name=called)
    assert (await user(staff, "wei2")).name == f"{called.strip()}（东区）"


async def test_a_login_or_number_by_which_orders_know_somebody_is_taken(staff: Database) -> None:
    await hire(staff, "wei1", "weiwei")
    await hire(staff, "wei2", "8005")
    for login, number in (("weiwei", None), ("wei3", "8005")):
        with pytest.raises(LoginTaken):
            await hire(staff, login, "王伟", agent_number=number)
    with pytest.raises(Invalid):
        await hire(staff, "wei3", "  ")


async def test_doubles_of_before_stay_until_one_is_renamed_or_comes_back(staff: Database) -> None:
    async with staff.unit_of_work() as session:
        for login, active in (("wei1", True), ("wei2", True), ("wei3", False)):
            session.add(User(login=login, name="王伟", password_hash="x", roles=["field"],
                             active=active))  # fmt: skip
    async with staff.unit_of_work() as session:
        await service.change(session, "wei1", name="王伟", team="repair")
        await service.change(session, "wei2", name="王伟（东区）")
    with pytest.raises(NameTaken):
        async with staff.unit_of_work() as session:
            await service.take_back(session, "wei3")
    assert not (await user(staff, "wei3")).active
    async with staff.unit_of_work() as session:
        await service.change(session, "wei3", name="王伟（西区）")
        await service.take_back(session, "wei3")
    assert (await user(staff, "wei3")).active


async def test_of_two_who_are_taken_on_at_once_one_has_the_name(staff: Database) -> None:
    async def hired(login: str) -> bool:
        try:
            await hire(staff, login, "王伟")
        except NameTaken:
            return False
        return True

    assert sorted(await asyncio.gather(hired("wei1"), hired("wei2"))) == [False, True]


async def test_programs_list_take_on_and_change_people(as_role: AsRole, town: Database) -> None:
    admin = as_role("admin")
    made = await admin.post("/staff", json={"login": "wang", "name": "王", "roles": ["agent"]})
    assert (made.status_code, made.json()["person"]["roles"]) == (201, ["agent"])
    assert (await signs_in(town, "wang", made.json()["password"])).once
    changed = await admin.put("/staff/wang/roles", json={"roles": ["leader"], "why": "升职"})
    assert changed.json()["roles"] == ["leader"]
    stale = {"roles": ["agent"], "seen": ["agent"]}
    refused = await admin.put("/staff/wang/roles", json=stale)
    assert (refused.status_code, refused.json()["code"]) == (409, "staff-changed-meanwhile")
    assert (await admin.post("/staff/wang/let-go", json={"why": "离职"})).json()["active"] is False
    gone = (await admin.get("/staff", params={"active": "false"})).json()
    assert ([one["login"] for one in gone["items"]], gone["next"]) == (["wang"], None)
    assert (await admin.post("/staff/wang/take-back", json={})).json()["active"] is True
    again = (await admin.post("/staff/wang/password")).json()["password"]
    assert again != made.json()["password"]
    assert (await admin.get("/staff", params={"q": "WAN"})).json()["items"][0]["login"] == "wang"
    assert (await as_role("leader").get("/staff")).status_code == 403
    assert (await admin.get("/staff/nobody")).status_code == 404
    double = await admin.post("/staff", json={"login": "w2", "name": "王", "roles": ["agent"]})
    assert (double.status_code, double.json()["code"]) == (409, "staff-name-taken")
    short = await admin.post("/staff", json={"login": "_", "name": " ", "roles": ["agent"]})
    assert short.status_code == 422
