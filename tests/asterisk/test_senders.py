"""Who sent the customer on, when several had them in turn: ratings and facts are theirs."""

import pytest

from mainline.asterisk.switchboard import Switchboard
from mainline.sip.robot import Robot
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PrivateAsterisk, until

pytestmark = pytest.mark.call

NUMBER = "13900000001"


class Shift:
    """A customer whom 8001 had at first and 8002 has now."""

    def __init__(self, asterisk: PrivateAsterisk, board: Switchboard, second: Robot) -> None:
        self.asterisk, self.board, self.second = asterisk, board, second
        self.key = ""

    async def sends(self, agent: str, context: str, exten: str) -> None:
        """As the desk does it; nobody: a redirect that names no sender."""
        customer = await self.board.customer_channel(self.key)
        if agent:
            await self.board.tell_leg(customer, "MAINLINE_FROM", agent)
        await self.board.redirect(customer, context, exten)

    async def has(self, agent: str) -> None:
        """Customer and agent are joined."""
        leg = f"PJSIP/phone-{agent}-"
        await until(lambda: leg in self._joined(), f"{agent} and the customer to be joined")

    def _joined(self) -> set[str]:
        points = self.asterisk.points(self.key)
        return {p.channel[:17] for p in points if p.name == "BRIDGE_ENTER"}


@pytest.fixture(params=["by a transfer", "out of a slot"])
async def shift(
    asterisk: PrivateAsterisk,
    board: Switchboard,
    gateway: FakeGateway,
    request: pytest.FixtureRequest,
) -> Shift:
    await asterisk.agent("8001", "service")
    made = Shift(asterisk, board, await asterisk.agent("8002"))
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="service", QUEUE_PRIO="0")
    await (await asterisk.caller()).call("96888", caller=NUMBER)
    made.key = await asterisk.call_of(NUMBER)
    await made.has("8001")
    if request.param == "by a transfer":
        await made.sends("8001", "ml-transfer", "8002")
    else:
        await made.sends("8001", "ml-park", "707")
        await until(lambda: "PARKED" in [p.name for p in asterisk.points(made.key)], "the slot")
        await made.sends("", "ml-unpark", "8002")
    await made.has("8002")
    return made


@pytest.mark.parametrize("by", ["desk", "telephone"])
async def test_a_rating_belongs_to_whoever_sent_the_customer_to_the_survey(
    shift: Shift, gateway: FakeGateway, by: str
) -> None:
    if by == "desk":
        await shift.sends("8002", "ml-transfer", "survey")
    else:
        assert await shift.second.taken[0].transfer("survey") == 202

    def asked() -> list[str]:
        return [r["agi_arg_2"] for r in gateway.requests if r["agi_request"].endswith("/survey")]

    await until(asked, "the survey")
    assert asked() == ["8002"]


async def test_the_leader_takes_the_customer_from_whoever_has_them(
    asterisk: PrivateAsterisk, shift: Shift
) -> None:
    leader = await asterisk.agent("8003")
    await shift.sends("8002", "ml-take", "8003")
    await until(lambda: leader.taken, "the leader to have the customer")
    told = [p.extra for p in asterisk.points(shift.key) if p.name == "TRANSFER"]
    assert told[-1] == {"kind": "blind", "agent": "8002", "target": "8003"}
