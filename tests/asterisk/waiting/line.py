"""Who waits in line, who joins it, and how callers left it."""

from mainline.asterisk.switchboard import Switchboard
from mainline.sip.call import Call
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PrivateAsterisk, until


async def waiting(board: Switchboard, queue: str = "service") -> list[str]:
    """The uniqueids of who waits, in line."""
    found = [one for one in (await board.queues()).waiting if one.queue == queue]
    return [one.uniqueid for one in sorted(found, key=lambda one: one.position)]


async def joins(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway, number: str, **said: str
) -> tuple[Call, str]:
    """Somebody calls and is led to the queue by the gateway."""
    words = {"MAINLINE_ACTION": "queue", "MAINLINE_QUEUE": "service", "QUEUE_PRIO": "0", **said}
    gateway.decide(**words)
    call = await (await asterisk.caller(f"c{number}")).call("96888", caller=number)
    key = await asterisk.call_of(number)

    async def is_there() -> bool:
        return key in await waiting(board, words["MAINLINE_QUEUE"])

    await until(is_there, f"{number} in the queue")
    return call, key


def left(asterisk: PrivateAsterisk, key: str) -> list[str]:
    return [p.extra["status"] for p in asterisk.points(key) if p.name == "UNQUEUED"]


def visits(asterisk: PrivateAsterisk, key: str) -> int:
    return sum(point.name == "QUEUED" for point in asterisk.points(key))


def keyed(asterisk: PrivateAsterisk) -> str:
    """The keys by which callers left app_queue, whether or not they came back."""
    lines = [line.split("|") for line in asterisk.log("queue_log").splitlines()]
    return "".join(line[5] for line in lines if line[4] == "EXITWITHKEY")
