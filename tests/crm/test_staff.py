from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.staff import auth, naming, queries, service
from crm.staff.models import AuthSession, User
from crm.staff.subscribers import CONSUMERS
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal.floor_events import AgentReady, AgentSignedIn
from mainline.permissions import Permission
from tests.crm.calls import NINE
from tests.support.clock import StandingClock

PASSWORD = "long enough"


async def anna(database: Database) -> User:
    async with database.unit_of_work() as session:
        return await service.add_user(
            session,
            login="anna",
            name="安娜",
            password=PASSWORD,
            roles=["agent", "quality"],
            agent_number="8001",
            queues={"service": 0, "repair": 2},
        )


async def sign_in(database: Database, password: str = PASSWORD, login: str = "anna", at: str = "a"):
    return await auth.sign_in(database, login=login, password=password, address=at)


async def test_who_signs_in_is_known_until_they_sign_out(
    database: Database, clock: StandingClock
) -> None:
    user = await anna(database)
    signed = await sign_in(database)
    assert signed.token not in repr(signed)
    async with database.unit_of_work() as session:
        found = await auth.principal_of_session(session, signed.token)
        assert found == signed.principal
        assert (found.user_id, found.agent_number, found.roles) == (
            user.id,
            "8001",
            {"agent", "quality"},
        )
        assert found.may(Permission.TAKE_CALLS)
        assert not found.may(Permission.SUPERVISE)
        stored = await session.scalar(select(AuthSession.token_hash))
        assert stored != signed.token
        await auth.sign_out(session, signed.token)
        assert await auth.principal_of_session(session, signed.token) is None


async def test_a_session_ends_by_itself(sqlite_database: Database, clock: StandingClock) -> None:
    await anna(sqlite_database)
    signed = await sign_in(sqlite_database)
    clock.forward(seconds=12 * 3600 + 1)
    async with sqlite_database.reading() as session:
        assert await auth.principal_of_session(session, signed.token) is None


async def test_wrong_password_and_unknown_login_are_refused_alike(
    sqlite_database: Database,
) -> None:
    await anna(sqlite_database)
    for login in ("anna", "nobody"):
        with pytest.raises(auth.WrongPassword) as refused:
            await sign_in(sqlite_database, "wrong", login=login)
        assert refused.value.code == "sign-in-refused"
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(AuthSession.id)) is None


async def test_guessing_a_login_is_stopped_even_from_many_addresses(
    sqlite_database: Database, clock: StandingClock
) -> None:
    await anna(sqlite_database)
    for n in range(auth.TRIES_PER_LOGIN):
        with pytest.raises(auth.WrongPassword):
            await sign_in(sqlite_database, "wrong", at=f"address {n}")
    with pytest.raises(auth.TooManyTries):
        await sign_in(sqlite_database)
    clock.forward(seconds=15 * 60 + 1)
    assert (await sign_in(sqlite_database)).principal.name == "安娜"


async def test_guessing_from_one_address_is_stopped_for_every_login(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "TRIES_PER_ADDRESS", 3)
    await anna(sqlite_database)
    for n in range(3):
        with pytest.raises(auth.WrongPassword):
            await sign_in(sqlite_database, "wrong", login=f"login{n}", at="10.0.0.1")
    with pytest.raises(auth.TooManyTries):
        await sign_in(sqlite_database, at="10.0.0.1")
    assert (await sign_in(sqlite_database, at="10.0.0.2")).principal.name == "安娜"


async def test_getting_in_forgets_the_failures(sqlite_database: Database) -> None:
    await anna(sqlite_database)
    for _ in range(2):
        for _ in range(auth.TRIES_PER_LOGIN - 1):
            with pytest.raises(auth.WrongPassword):
                await sign_in(sqlite_database, "wrong")
        await sign_in(sqlite_database)


async def test_who_was_let_go_is_out_at_once(sqlite_database: Database) -> None:
    await anna(sqlite_database)
    signed = await sign_in(sqlite_database)
    async with sqlite_database.unit_of_work() as session:
        await service.let_go(session, "anna")
        assert await auth.principal_of_session(session, signed.token) is None
    with pytest.raises(auth.WrongPassword):
        await sign_in(sqlite_database)


async def test_a_new_password_ends_all_sessions(sqlite_database: Database) -> None:
    await anna(sqlite_database)
    signed = await sign_in(sqlite_database)
    async with sqlite_database.unit_of_work() as session:
        await service.set_password(session, "anna", "another long one")
        assert await auth.principal_of_session(session, signed.token) is None
    assert (await sign_in(sqlite_database, "another long one")).principal.name == "安娜"


async def test_a_token_stands_for_its_role_until_its_day(
    database: Database, clock: StandingClock
) -> None:
    async with database.unit_of_work() as session:
        day = auth.now() + timedelta(days=1)
        token = await auth.make_token(session, role="leader", name="wallboard", expires_at=day)
        found = await auth.principal_of_bearer(session, token)
        assert found is not None
        assert (found.user_id, found.roles, found.name) == (None, {"leader"}, "wallboard")
        assert await auth.principal_of_bearer(session, token + "x") is None
        clock.forward(seconds=86_401)
        assert await auth.principal_of_bearer(session, token) is None
        with pytest.raises(Invalid):
            await auth.make_token(session, role="emperor")


@pytest.mark.parametrize(
    "wrong",
    [
        {"login": "an na"},
        {"login": ""},
        {"agent_number": "80;1"},
        {"agent_number": "1"},
        {"agent_number": "119"},
        {"roles": ["emperor"]},
        {"roles": []},
        {"password": "short"},
    ],
)
async def test_people_are_refused_in_words(
    sqlite_database: Database, wrong: dict[str, str]
) -> None:
    good = {"login": "ben", "name": "Ben", "password": PASSWORD, "roles": ["agent"]}
    async with sqlite_database.unit_of_work() as session:
        with pytest.raises(Invalid):
            await service.add_user(session, **(good | wrong))  # type: ignore[arg-type]
        assert await queries.users(session) == []


async def test_nobody_gets_a_login_that_is_taken(sqlite_database: Database) -> None:
    await anna(sqlite_database)
    async with sqlite_database.unit_of_work() as session:
        for login, number in (("anna", None), ("ben", "8001")):
            with pytest.raises(naming.LoginTaken):
                await service.add_user(
                    session,
                    login=login,
                    name="x",
                    password=PASSWORD,
                    roles=["agent"],
                    agent_number=number,
                )


async def test_the_floor_shows_everybody_with_a_telephone(database: Database) -> None:
    await anna(database)
    async with database.unit_of_work() as session:
        await service.add_user(
            session, login="ben", name="Ben", password=PASSWORD, roles=["leader"]
        )
        [closed] = await queries.agents(session)
        assert (closed.number, closed.state, closed.since) == ("8001", "closed", None)
        assert closed.queues == {"repair": 2, "service": 0}
        told = [
            AgentSignedIn(subject="agent:8001", at=NINE, station="phone"),
            AgentReady(subject="agent:8001", at=NINE + timedelta(seconds=60)),
        ]
        for event in told:
            await CONSUMERS["floor"][event.kind](session, event)
        ready = await queries.agent(session, "8001")
        assert (ready.state, ready.since, ready.station) == ("ready", told[1].at, "phone")
        with pytest.raises(NotFound):
            await queries.agent(session, "8009")
        spent = await queries.durations(session, since=NINE, until=NINE + timedelta(seconds=100))
        assert spent == {"8001": {"paused": 60.0, "ready": 40.0}}


async def test_an_agent_of_a_branch_is_known_as_one(database: Database) -> None:
    async with database.unit_of_work() as session:
        for login, number, where in (("wei", "8051", {"branch": "tiexi", "workplace": "branch"}),
                                     ("fang", "8052", {})):  # fmt: skip
            await service.add_user(
                session, login=login, name=login, password="long enough", roles=["agent"],
                agent_number=number, **where,
            )  # fmt: skip
    async with database.reading() as session:
        found = await queries.agents(session)
    assert [(one.number, one.branch, one.workplace) for one in found] == [
        ("8051", "tiexi", "branch"),
        ("8052", "", "centre"),
    ]


async def test_somebody_moves_to_a_branch_and_back(database: Database) -> None:
    async with database.unit_of_work() as session:
        await service.add_user(
            session, login="wei", name="伟", password="long enough", roles=["agent"],
            agent_number="8051",
        )  # fmt: skip

    async def seen(**place: str) -> tuple[str, str]:
        async with database.unit_of_work() as session:
            await service.set_place(session, "wei", team=None, skills=None, **place)
            found = await queries.agent(session, "8051")
            return found.branch, found.workplace

    assert await seen(branch="tiexi", workplace="branch") == ("tiexi", "branch")
    assert await seen(workplace="home") == ("tiexi", "home")
    with pytest.raises(Invalid):
        await seen(workplace="moon")
    assert await seen(branch="") == ("", "home")
