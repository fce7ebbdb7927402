"""Roles that the company composes: in force with the next request, and only within the rules."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.bulletins import service as bulletins
from crm.staff import auth, composing, service
from crm.staff.kinds import COMPANY_ROLES
from crm.staff.models import User
from crm.staff.roles import Role, Roles, granted, problems
from mainline import definitions, features
from mainline.config import Settings
from mainline.db import Database
from mainline.definitions import COMPANY, DefinitionRefused, Guarded
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.journal import entries_after
from mainline.permissions import ROLES, Permission, Rights
from mainline.text import LocalizedText
from mainline.web import Principal
from tests.crm.conftest import AsRole
from tests.support.postgres import until_somebody_waits

ALL = frozenset(Permission)
NAME = LocalizedText(zh="夜班长", en="Night lead")
P = Permission
TYPES = "work_order_types"


def role(code: str, *permissions: Permission) -> Role:
    return Role(code=code, name=NAME, permissions=permissions)


@pytest.fixture
async def staff(database: Database) -> Database:
    """An administrator and a team leader."""
    async with database.unit_of_work() as session:
        for login, held in (("root", "admin"), ("chen", "leader")):
            session.add(User(login=login, name=login, password_hash="x", roles=[held]))
    return database


async def put(staff: Database, wanted: Role, may: frozenset[Permission] = ALL, **more: Any) -> int:
    async with staff.unit_of_work() as session:
        made = await composing.put(
            session, wanted, may=may, by="root", why=more.pop("why", "夜班"), **more
        )
        return made.version


async def versions(staff: Database) -> list[int]:
    async with staff.reading() as session:
        past = await definitions.history(session, COMPANY_ROLES.name, COMPANY)
        return [one.version for one in past]


async def asks(staff: Database, token: str) -> Principal:
    async with staff.reading() as session:
        found = await auth.principal_of_bearer(session, token)
    assert found is not None
    return found


async def test_what_is_composed_counts_from_the_next_request_on_and_leaves_a_fact(
    staff: Database,
) -> None:
    assert await put(staff, role("night_lead", P.SEE_BOARD)) == 1
    async with staff.unit_of_work() as session:
        token = await auth.make_token(session, role="night_lead")
        await service.set_roles(session, "chen", ["night_lead", "agent"])
        await service.set_password(session, "chen", "long-enough")
    signed = await auth.sign_in(staff, login="chen", password="long-enough", address="")
    assert (await asks(staff, token)).permissions == {P.SEE_BOARD}
    await put(staff, role("night_lead", P.SEE_BOARD, P.SUPERVISE), why="夜里没有班长")
    assert (await asks(staff, token)).permissions == {P.SEE_BOARD, P.SUPERVISE}
    async with staff.reading() as session:
        chen = await auth.principal_of_session(session, signed.token)
        facts = [
            one.event for one in await entries_after(session, 0, subject="definition:roles/company")
        ]
    assert chen is not None
    assert chen.permissions == ROLES["agent"] | {P.SEE_BOARD, P.SUPERVISE}
    assert [(one.by, one.version, one.why) for one in facts] == [  # type: ignore[attr-defined]
        ("root", 1, "夜班"), ("root", 2, "夜里没有班长"),
    ]  # fmt: skip


async def test_a_role_of_the_house_is_composed_otherwise_and_is_again_as_it_was(
    staff: Database,
) -> None:
    async with staff.unit_of_work() as session:
        token = await auth.make_token(session, role="cashier")
    await put(staff, role("cashier", P.SEE_CUSTOMERS))
    assert (await asks(staff, token)).permissions == {P.SEE_CUSTOMERS}
    async with staff.unit_of_work() as session:
        await composing.remove(session, "cashier", may=ALL, by="root", why="如前")
    assert (await asks(staff, token)).permissions == ROLES["cashier"]


async def test_nobody_grants_what_they_do_not_hold_but_may_take_anything_away(
    staff: Database,
) -> None:
    mine = frozenset({P.EDIT_ROLES, P.SEE_BOARD})
    with pytest.raises(composing.NotHeldYourself) as refused:
        await put(staff, role("helper", P.SEE_BOARD, P.EXPORT), mine)
    assert (refused.value.status, refused.value.foreign) == (403, [P.EXPORT])
    assert await versions(staff) == []
    await put(staff, role("helper", P.SEE_BOARD), mine)
    await put(staff, role("leader", *(ROLES["leader"] - {P.EXPORT})), mine)
    with pytest.raises(composing.NotHeldYourself):
        async with staff.unit_of_work() as session:
            await composing.remove(session, "leader", may=mine, by="x", why="x")
    with pytest.raises(composing.NotHeldYourself):
        async with staff.unit_of_work() as session:
            await composing.roll_back(session, 1, may=mine, by="x", why="x")
    assert await versions(staff) == [2, 1]


async def test_a_role_that_somebody_holds_does_not_vanish(staff: Database) -> None:
    await put(staff, role("night_lead", P.SEE_BOARD))
    await put(staff, role("spare", P.SEE_BOARD))
    async with staff.unit_of_work() as session:
        await auth.make_token(session, role="night_lead")
        await service.set_roles(session, "chen", ["night_lead"])
        assert (await composing.holders(session))["night_lead"] == 2
    for code, refusal in (("night_lead", composing.RoleInUse), ("none_such", NotFound)):
        with pytest.raises(refusal):
            async with staff.unit_of_work() as session:
                await composing.remove(session, code, may=ALL, by="root", why="x")
    assert await versions(staff) == [2, 1]
    async with staff.unit_of_work() as session:
        await composing.remove(session, "spare", may=ALL, by="root", why="没有人用")
        with pytest.raises(Invalid):
            await service.set_roles(session, "chen", ["spare"])
        with pytest.raises(Invalid):
            await service.set_roles(session, "chen", [])


async def test_somebody_who_signs_in_can_always_edit_roles(staff: Database) -> None:
    with pytest.raises(MainlineError) as refused:
        await put(staff, role("admin", *(ALL - {P.EDIT_ROLES})))
    assert refused.value.code == "role-last-editor"
    await put(staff, role("keeper", P.EDIT_ROLES))
    with pytest.raises(composing.NobodyEdits):  # a role that allows it, but that nobody holds
        await put(staff, role("admin", *(ALL - {P.EDIT_ROLES})))
    async with staff.unit_of_work() as session:
        await service.set_roles(session, "chen", ["leader", "keeper"])
    await put(staff, role("admin", *(ALL - {P.EDIT_ROLES})))
    async with staff.unit_of_work() as session:
        with pytest.raises(composing.NobodyEdits):
            await composing.put(session, role("keeper"), may=ALL, by="chen", why="x")


async def test_an_earlier_version_is_put_in_force_again_as_a_new_one(staff: Database) -> None:
    await put(staff, role("night_lead", P.SEE_BOARD))
    await put(staff, role("night_lead", P.SEE_CALLS))
    async with staff.unit_of_work() as session:
        made = await composing.roll_back(session, 1, may=ALL, by="root", why="如前")
        rights = await composing.rights(session)
        with pytest.raises(NotFound):
            await composing.roll_back(session, 99, may=ALL, by="root", why="x")
    assert (made.version, rights["night_lead"]) == (3, {P.SEE_BOARD})


async def test_two_who_compose_at_once_do_not_overwrite_each_other_nor_does_anybody_without_a_why(
    staff: Database,
) -> None:
    await put(staff, role("night_lead", P.SEE_BOARD))
    await put(staff, role("night_lead", P.SEE_CALLS), after=1)
    with pytest.raises(definitions.EditedMeanwhile):
        await put(staff, role("night_lead", P.EXPORT), after=1)
    with pytest.raises(composing.ReasonNeeded):
        await put(staff, role("night_lead", P.EXPORT), why="  ")
    assert await versions(staff) == [2, 1]


async def test_roles_are_changed_by_no_other_way(staff: Database) -> None:
    await put(staff, role("night_lead", P.SEE_BOARD))
    everything = {"roles": [role("night_lead", *ALL).model_dump(mode="json")]}
    name = COMPANY_ROLES.name
    async with staff.unit_of_work() as session:
        for act in (
            definitions.draft(session, name, COMPANY, everything, author="x"),
            definitions.publish(session, name, COMPANY, 1, by="x"),
            definitions.roll_back(session, name, COMPANY, 1, by="x"),
            definitions.install(session, name, "other", everything, by="x"),
        ):
            with pytest.raises(Guarded):
                await act
    assert await versions(staff) == [1]


def test_mistakes_are_found_and_what_is_granted_is_only_what_is_new() -> None:
    twice = Roles(roles=(role("a", P.EXPORT), role("a"), role("admin")))
    assert [one.code for one in problems(twice)] == ["twice", "empty", "empty", "nobody-edits"]
    assert problems(Roles()) == []
    assert granted(ROLES, Roles(roles=(role("agent", P.EXPORT),)).rights()) == {"agent": {P.EXPORT}}
    assert set(Roles(roles=(role("own"),)).without("own").rights()) == set(ROLES)


async def test_over_the_api_it_is_for_who_may_edit_roles(staff: Database, as_role: AsRole) -> None:
    admin = as_role("admin")
    listed = (await admin.get("/roles")).json()
    assert (listed["version"], [one["code"] for one in listed["roles"]]) == (0, [*ROLES])
    body = {
        "name": {"zh": "夜班长", "en": "Night lead"},
        "permissions": ["see-board"],
        "why": "夜班",
    }
    made = await admin.put("/roles/night_lead", json=body)
    assert (made.status_code, made.json()["version"]) == (200, 1)
    assert made.json()["roles"][-1] == {
        "code": "night_lead", "name": {"zh": "夜班长", "en": "Night lead"}, "house": False,
        "permissions": ["see-board"], "holders": 0,
    }  # fmt: skip
    for bad in ({"permissions": ["fly"]}, {"why": ""}, {"extra": 1}):
        assert (await admin.put("/roles/night_lead", json=body | bad)).status_code == 422
    assert (await admin.put("/roles/Night", json=body)).status_code == 422
    late = await admin.put("/roles/night_lead", json=body | {"after": 7})
    assert (late.status_code, late.json()["code"]) == (409, "edited-meanwhile")
    gone = await admin.post("/roles/night_lead/remove", json={"why": "不用了"})
    assert [one["code"] for one in gone.json()["roles"]] == [*ROLES]
    back = await admin.post("/roles/versions/1/restore", json={"why": "还是要"})
    assert back.json()["version"] == 3
    told = (await admin.get("/roles/versions")).json()["items"]
    assert [(one["version"], one["why"]) for one in told] == [
        (3, "还是要"), (2, "不用了"), (1, "夜班"),
    ]  # fmt: skip
    for other in ("leader", "agent", "dispatcher"):
        assert (await as_role(other).get("/roles")).status_code == 403
        assert (await as_role(other).put("/roles/agent", json=body)).status_code == 403


async def test_who_asks_and_what_their_roles_allow_is_one_statement(staff: Database) -> None:
    async with staff.unit_of_work() as session:
        chen = await session.scalar(select(User).where(User.login == "chen"))
        assert chen is not None
        token = (await auth._open(session, chen, "127.0.0.1")).token
    await put(staff, role("leader", P.SEE_BOARD))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    async with staff.reading() as session:
        event.listen(staff.engine.sync_engine, "before_cursor_execute", note)
        found = await auth.principal_of_session(session, token)
        event.remove(staff.engine.sync_engine, "before_cursor_execute", note)
    assert found is not None
    assert found.permissions == {P.SEE_BOARD}
    assert len([one for one in asked if one.startswith("SELECT")]) == 1


async def publish_types(session: AsyncSession, settings: Settings, wanted: str) -> None:
    """Heat's types, where only this role may install."""
    body = definitions.content(settings.pack_dir / "work_orders.yaml")
    body["flows"]["request"][0]["transitions"][0]["roles"] = [wanted]
    made = await definitions.draft(session, TYPES, COMPANY, body, author="root")
    await definitions.publish(session, TYPES, COMPANY, made.version, by="root")


async def types_with(staff: Database, settings: Settings, wanted: str) -> None:
    async with staff.unit_of_work() as session:
        await publish_types(session, settings, wanted)


async def publish_bulletin(session: AsyncSession, _settings: Settings, reader: str) -> None:
    await bulletins.publish(
        session, what="bulletin", title="夜班须知", text="二网降温", must_read=True,
        roles=[reader], until=None, by="root",
    )  # fmt: skip


async def take_on(session: AsyncSession, _settings: Settings, code: str) -> None:
    await service.take_on(session, login="he", name="何平", roles=[code])


async def remove(session: AsyncSession, _settings: Settings, code: str) -> None:
    await composing.remove(session, code, may=ALL, by="root", why="weg")


Act = Callable[[AsyncSession, Settings, str], Awaitable[None]]
NAMING = pytest.mark.parametrize("naming", [publish_types, publish_bulletin, take_on])


async def outcome_of_the_second(
    staff: Database, settings: Settings, first: Act, second: Act
) -> BaseException | None:
    """Both at once: the second has begun when the first is not committed yet."""
    list(features.modules("kinds"))
    await put(staff, role("night_lead", P.SEE_BOARD))

    async def after_it() -> None:
        async with staff.unit_of_work() as session:
            await second(session, settings, "night_lead")

    async with staff.unit_of_work() as session:
        await first(session, settings, "night_lead")
        late = asyncio.create_task(after_it())
        if staff.engine.dialect.name == "postgresql":
            await until_somebody_waits(staff)
    [outcome] = await asyncio.gather(late, return_exceptions=True)
    return outcome


@NAMING
async def test_a_role_is_not_removed_while_somebody_names_it(
    staff: Database, settings: Settings, naming: Act
) -> None:
    outcome = await outcome_of_the_second(staff, settings, naming, remove)
    assert isinstance(outcome, composing.RoleInUse if naming is take_on else composing.RoleNamed)
    assert "night_lead" in await rights_of(staff)


@NAMING
async def test_a_role_is_not_named_while_somebody_removes_it(
    staff: Database, settings: Settings, naming: Act
) -> None:
    outcome = await outcome_of_the_second(staff, settings, remove, naming)
    assert isinstance(outcome, DefinitionRefused | Invalid)
    assert "night_lead" not in await rights_of(staff)


async def test_a_role_with_a_standing_bulletin_stays_until_it_is_withdrawn(
    staff: Database, settings: Settings
) -> None:
    await put(staff, role("night_lead", P.SEE_BOARD))
    async with staff.unit_of_work() as session:
        await publish_bulletin(session, settings, "night_lead")
    with pytest.raises(composing.RoleNamed) as named:
        async with staff.unit_of_work() as session:
            await remove(session, settings, "night_lead")
    assert named.value.values["places"] == "bulletin “夜班须知”"
    async with staff.unit_of_work() as session:
        [standing] = await bulletins.standing(session)
        await bulletins.withdraw(session, standing.id, by="root")
        await remove(session, settings, "night_lead")
    assert "night_lead" not in await rights_of(staff)


async def test_a_step_of_an_order_names_a_role_of_the_company_which_then_stays(
    staff: Database, settings: Settings
) -> None:
    with pytest.raises(DefinitionRefused) as unknown:
        await types_with(staff, settings, "night_lead")
    [problem] = unknown.value.problems
    assert (problem.code, dict(problem.values)) == ("no-role", {"role": "night_lead"})
    await put(staff, role("night_lead", P.SEE_BOARD))
    await put(staff, role("spare", P.SEE_BOARD))
    await types_with(staff, settings, "night_lead")
    with pytest.raises(composing.RoleNamed) as named:
        async with staff.unit_of_work() as session:
            await composing.remove(session, "night_lead", may=ALL, by="root", why="weg")
    assert "work_order_types request/" in str(named.value.values["places"])
    async with staff.unit_of_work() as session:
        await composing.remove(session, "spare", may=ALL, by="root", why="weg")
    await types_with(staff, settings, "leader")
    async with staff.unit_of_work() as session:
        await composing.remove(session, "night_lead", may=ALL, by="root", why="weg")
    with pytest.raises(DefinitionRefused):  # the version of before names what is no more
        async with staff.unit_of_work() as session:
            await definitions.roll_back(session, TYPES, COMPANY, 1, by="root")


async def test_a_role_that_approves_requests_does_not_lose_the_right_to(
    staff: Database, settings: Settings
) -> None:
    body = definitions.content(settings.pack_dir / "life_cycle.yaml")
    approving = body["kinds"][0]["approvals"][0]
    await put(staff, role("counter", P.DECIDE_REQUESTS, P.SEE_CUSTOMERS))
    approving["role"] = "counter"
    async with staff.unit_of_work() as session:
        made = await definitions.draft(session, "life_cycle", COMPANY, body, author="root")
        await definitions.publish(session, "life_cycle", COMPANY, made.version, by="root")
    with pytest.raises(composing.RoleNamed):
        await put(staff, role("counter", P.SEE_CUSTOMERS))
    await put(staff, role("counter", P.DECIDE_REQUESTS))
    assert (await rights_of(staff))["counter"] == frozenset({P.DECIDE_REQUESTS})


async def rights_of(staff: Database) -> Rights:
    async with staff.reading() as session:
        return await composing.rights(session)
