"""A softphone's credential is made at sign-in and dies with it."""

from collections.abc import AsyncIterator

import pytest

from mainline.asterisk.ari import Ari, AriDown
from mainline.errors import Invalid
from tests.fakes.asterisk_ari import SECRET, AriServer


@pytest.fixture
async def server() -> AsyncIterator[AriServer]:
    async with AriServer() as running:
        yield running


@pytest.fixture
async def ari(server: AriServer) -> AsyncIterator[Ari]:
    async with Ari(port=server.port, secret=SECRET) as opened:
        yield opened


async def test_a_credential_is_made_and_is_another_each_time(server: AriServer, ari: Ari):
    first = await ari.make("agent-8001")
    second = await ari.make("agent-8001")
    assert first.password != second.password
    assert len(second.password) >= 32
    assert server.auths["agent-8001"] == {
        "auth_type": "digest",
        "username": "agent-8001",
        "password": second.password,
    }


async def test_signing_out_removes_it_and_twice_is_harmless(server: AriServer, ari: Ari):
    await ari.make("agent-8001")
    await ari.drop("agent-8001")
    await ari.drop("agent-8001")
    assert server.auths == {}
    assert not await ari.has("agent-8001")


async def test_at_the_start_of_nobody_everybody_is_signed_out(server: AriServer, ari: Ari):
    await ari.make("agent-8001")
    await ari.make("try-1")
    assert await ari.drop_all(["agent-8001", "agent-8002", "try-1"]) == 2
    assert server.auths == {}


@pytest.mark.parametrize("name", ["trunk", "agent-8001/../trunk", "agent-8001?x", "", "agent-"])
async def test_only_telephones_of_ours_get_one(server: AriServer, ari: Ari, name: str):
    with pytest.raises(Invalid):
        await ari.make(name)
    assert server.requests == []


@pytest.mark.parametrize("status", [401, 403, 500, 503])
async def test_a_refusal_is_unavailable(server: AriServer, ari: Ari, status: int):
    server.status = status
    with pytest.raises(AriDown):
        await ari.make("agent-8001")


async def test_when_asterisk_is_down_it_is_unavailable():
    async with Ari(port=9, secret=SECRET) as ari:
        with pytest.raises(AriDown):
            await ari.make("agent-8001")


async def test_a_password_is_in_no_representation(ari: Ari):
    made = await ari.make("agent-8001")
    assert made.password not in repr(made)
