"""Whom to send, where hot spots are, and where places lie on the drawn map: pure rules."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crm.dispatch.drawing import HEIGHT, WIDTH, Anchor, centre, drawn
from crm.dispatch.hot_spots import Spotted, hot_spots
from crm.dispatch.proposals import Person, Task, automatic, propose
from crm.dispatch.rules import DispatchRules, HotSpots, problems
from crm.field.places import distance_km

RULES = DispatchRules.model_validate({"skills": {"leak": ["pipework"]}})
DOOR = (123.4012, 41.7925)
FENG = Person("feng", "冯涛", "repair", frozenset({"pipework"}), True, DOOR, 2)
TASK = Task("leak", "repair", False, DOOR)


def order_of(*people: Person, task: Task = TASK) -> list[str]:
    return [one.person.login for one in propose(RULES, task, people)]


def test_somebody_before_the_door_with_nothing_to_do_has_a_hundred_points_and_all_reasons() -> None:
    (only,) = propose(RULES, TASK, [FENG])
    assert (only.fits, only.score, only.km) == (True, 100, 0.0)
    assert [str(reason) for reason in only.reasons] == [
        "distance:0", "age:2", "load:0", "skill:pipework", "team", "on-shift",
    ]  # fmt: skip


def test_each_thing_that_counts_against_somebody_puts_them_behind() -> None:
    worse = [
        replace(FENG, login="far", point=(123.5, 41.79)),
        replace(FENG, login="unknown", point=None, age_min=None),
        replace(FENG, login="busy", orders=3),
        replace(FENG, login="late", orders=1, late=1),
        replace(FENG, login="emergency", orders=1, emergencies=1),
        replace(FENG, login="other", team="emergency"),
        replace(FENG, login="asleep", on_shift=False),
    ]
    for one in worse:
        assert order_of(one, FENG) == ["feng", one.login]
    assert order_of(*worse, FENG)[-1] == "asleep"


def test_who_lacks_a_skill_stands_last_and_is_told_why() -> None:
    unable = replace(FENG, login="unable", skills=frozenset())
    asleep = replace(FENG, login="asleep", on_shift=False, orders=9)
    found = propose(RULES, TASK, [unable, asleep])
    assert [(one.person.login, one.fits) for one in found] == [("asleep", True), ("unable", False)]
    assert "lacks:pipework" in [str(reason) for reason in found[1].reasons]


def test_an_emergency_weighs_other_work_by_half() -> None:
    busy = replace(FENG, orders=4)
    assert propose(RULES, TASK, [busy])[0].score == 68
    assert propose(RULES, replace(TASK, urgent=True), [busy])[0].score == 84


def test_the_rule_for_emergencies_sends_only_who_is_able_near_and_at_work() -> None:
    task = replace(TASK, urgent=True)
    no = [
        replace(FENG, login="asleep", on_shift=False),
        replace(FENG, login="other", team="care"),
        replace(FENG, login="unable", skills=frozenset()),
        replace(FENG, login="far", point=(124.4, 41.8)),
    ]
    chosen, found = automatic(RULES, task, no)
    assert (chosen, len(found)) == (None, 4)
    busy = replace(FENG, login="busy", orders=9)
    chosen, _found = automatic(RULES, task, [*no, busy])
    assert chosen is not None
    assert chosen.person is busy


def test_orders_of_one_kind_close_together_are_a_hot_spot_and_others_are_none() -> None:
    near = [
        Spotted(f"2026-{index}", "no_heat", (123.4 + index / 10_000, 41.79)) for index in (1, 2, 3)
    ]
    other_kind = Spotted("2026-4", "leak", (123.4, 41.79))
    away = Spotted("2026-5", "no_heat", (123.5, 41.79))
    rule = HotSpots(hours=24, km=0.8, least=3)
    (spot,) = hot_spots(rule, [*near, other_kind, away])
    assert (spot.type_code, list(spot.numbers)) == ("no_heat", ["2026-1", "2026-2", "2026-3"])
    assert hot_spots(rule, [*near[:2], other_kind, away]) == []


POINTS = st.tuples(st.floats(123.3, 123.5), st.floats(41.7, 41.9))


@given(st.lists(st.tuples(st.sampled_from(("a", "b")), POINTS), max_size=25))
def test_no_order_belongs_to_two_hot_spots(orders: list[tuple[str, tuple[float, float]]]) -> None:
    made = [Spotted(f"{index:03}", kind, point) for index, (kind, point) in enumerate(orders)]
    rule = HotSpots(hours=24, km=3, least=2)
    numbers = [number for spot in hot_spots(rule, made) for number in spot.numbers]
    assert len(numbers) == len(set(numbers))


def test_a_place_is_drawn_on_its_anchor_and_between_two_between_them() -> None:
    west = Anchor((123.30, 41.80), (100.0, 300.0))
    east = Anchor((123.50, 41.80), (900.0, 300.0))
    assert drawn([west, east], (123.30, 41.80)) == (100.0, 300.0)
    middle = drawn([west, east], (123.40, 41.80))
    assert middle is not None
    assert abs(middle[0] - 500) < 1
    assert drawn([], (123.4, 41.8)) is None
    assert centre([[0, 0], [10, 0], [10, 20]]) == (5, 10)


@given(POINTS)
def test_every_place_is_drawn_on_the_map(point: tuple[float, float]) -> None:
    spots = (Anchor((123.4, 41.8), (0.0, 0.0)), Anchor((123.41, 41.81), (WIDTH, HEIGHT)))
    found = drawn(spots, point)
    assert found is not None
    assert 0 <= found[0] <= WIDTH
    assert 0 <= found[1] <= HEIGHT


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() -> None:
    assert round(distance_km((123.4, 41.0), (123.4, 42.0)), 1) == 111.2


def test_a_person_in_a_shift_that_does_not_exist_is_a_mistake() -> None:
    body = DispatchRules.model_validate({"people": {"feng": "night"}})
    assert [problem.code for problem in problems(body)] == ["no-shift"]
