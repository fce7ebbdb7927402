"""The play on paper agrees with Erlang where Erlang applies."""

import pytest

from rehearsal.arrivals import Arrival
from rehearsal.predict import Band, play, predict
from rehearsal.report import Visit, outcome_of
from rehearsal.scenario import Crew, Scenario, Want, load
from tests.rehearsal.moments import moment

PERSON = Want(name="person", share=1)


def scenario(rate: float, minutes: float, **crew: float) -> Scenario:
    return Scenario.model_validate(
        {
            "title": {"zh": "试", "en": "Try"},
            "curve": [
                {"minute": 0, "calls_per_minute": rate},
                {"minute": minutes, "calls_per_minute": rate},
            ],
            "wants": [PERSON.model_dump()],
            "callers": {"patience_s": 3600},
            "crew": crew,
        }
    )


def erlang_c(agents: int, load: float) -> float:
    """Probability that a caller must wait (Erlang 1917); load in erlangs, below the agents.

    By the recursion of Erlang B: B(0) = 1, 1/B(n) = 1 + n/(load * B(n-1)).
    """
    inverse = 1.0
    for number in range(1, agents + 1):
        inverse = 1 + inverse * number / load
    blocked = 1 / inverse
    return blocked / (1 - load / agents * (1 - blocked))


@pytest.mark.parametrize(
    ("agents", "load_erlang", "probability"),
    # published tables of Erlang C
    [(1, 0.5, 0.5), (2, 1.0, 0.3333), (5, 4.0, 0.5541), (10, 8.0, 0.4092), (20, 15.0, 0.1604)],
)
def test_erlang_c_as_in_the_tables(agents: int, load_erlang: float, probability: float) -> None:
    assert erlang_c(agents, load_erlang) == pytest.approx(probability, abs=0.0005)


def test_a_constant_day_agrees_with_erlang_c() -> None:
    # 5 agents, 4 erlangs: mean wait = C * service / (agents - load) = 0.5541 * 30 / 1
    day = scenario(8, 240, answer_s=0.001, talk_s=29.998, wrapup_s=0.001)
    expected = predict(day, 5, plays=40)
    assert expected.wait_s.middle == pytest.approx(0.5541 * 30, rel=0.25)


def test_without_agents_everybody_gives_up() -> None:
    outcome = play([Arrival(0, "1", PERSON, 10, 10)], load("quiet-day"), 0)
    assert (outcome.offered, outcome.answered, outcome.abandoned) == (1, 0, 1)


def test_one_agent_serves_in_order_and_the_impatient_leave() -> None:
    crew = Crew(answer_s=1, wrapup_s=1)
    day = load("quiet-day").model_copy(update={"crew": crew})
    calls = [
        Arrival(0, "1", PERSON, 100, 10),
        Arrival(1, "2", PERSON, 5, 10),
        Arrival(2, "3", PERSON, 100, 10),
    ]
    outcome = play(calls, day, 1)
    assert (outcome.answered, outcome.abandoned, outcome.in_time) == (2, 1, 2)
    assert outcome.wait_s == pytest.approx((1 + 11) / 2)


def test_callers_who_want_no_person_are_not_in_the_queue() -> None:
    machine = Want(name="machine", share=1, person=False)
    assert play([Arrival(0, "1", machine, 1, 1)], load("quiet-day"), 1).offered == 0


def test_a_band_holds_what_lies_inside() -> None:
    assert Band(1, 2, 3).holds(3)
    assert not Band(1, 2, 3).holds(3.1)


def test_a_call_through_two_queues_is_one_caller_who_waited_the_sum() -> None:
    visits = [
        Visit("a", moment(0), "overflow", 30),
        Visit("a", moment(31), "answered", 5),
        Visit("a", moment(90), "answered", 40),
        Visit("b", moment(1), "abandoned", 7),
    ]
    outcome = outcome_of(visits)
    assert (outcome.offered, outcome.answered, outcome.abandoned) == (2, 1, 1)
    assert (outcome.wait_s, outcome.in_time) == (35, 0)
