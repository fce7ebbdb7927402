"""What Prometheus reads of calls, queues and agents."""

from datetime import timedelta

from crm.interactions import gauges as calls
from crm.interactions.models import Interaction, QueueVisit
from crm.staff import gauges as staff
from crm.staff.models import AgentState, User
from mainline.db import Database
from mainline.process.metrics import Figure
from tests.support.clock import StandingClock


def values(figures: list[Figure]) -> dict[tuple[str, ...], float]:
    return {(one.name, *(value for _, value in one.labels)): one.value for one in figures}


async def test_calls_of_a_day_and_who_waits(database: Database, clock: StandingClock) -> None:
    async with database.unit_of_work() as session:
        for number, (hours, outcome) in enumerate(
            [(1, "answered"), (2, "answered"), (3, "abandoned"), (25, "answered")]
        ):
            began = clock.at - timedelta(hours=hours)
            session.add(Interaction(id=f"ml-{number}", began_at=began, outcome=outcome))
        for seq, (queue, how, waited_s) in enumerate(
            [("service", None, 30), ("service", None, 90), ("repair", "answered", 10)]
        ):
            entered = clock.at - timedelta(seconds=waited_s)
            session.add(
                QueueVisit(call_id="ml-1", seq=seq, queue=queue, entered_at=entered, how=how)
            )
    async with database.reading() as session:
        found = values(await calls.gauges(session))
    assert found == {
        ("calls_last_day", "in", "answered"): 2,
        ("calls_last_day", "in", "abandoned"): 1,
        ("callers_waiting", "service"): 2,
        ("longest_wait_seconds", "service"): 90.0,
    }


async def test_agents_by_state(database: Database, clock: StandingClock) -> None:
    async with database.unit_of_work() as session:
        for number, state in (("8001", "ready"), ("8002", "talking"), ("8003", None)):
            session.add(
                User(
                    login=number, name="x", password_hash="x", roles=["agent"], agent_number=number
                )
            )
            if state:
                session.add(
                    AgentState(number=number, state=state, since=clock.at, fact_at=clock.at)
                )
    async with database.reading() as session:
        found = values(await staff.gauges(session))
    assert {state: count for (_name, state), count in found.items() if count} == {
        "ready": 1,
        "talking": 1,
        "closed": 1,
    }
