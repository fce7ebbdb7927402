"""One case at a time: kept, missed, still running, left out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml

from crm.catalog.calendars import WorkCalendar
from crm.catalog.queues import Measure
from crm.catalog.work_order_types import WorkOrderTypes
from crm.standards.judging import Given, Order, Visit, judge, of_given, of_order, of_visit
from crm.standards.report import before, following, in_scope, month_of
from crm.standards.rules import ServiceStandards, Standard, problems
from mainline.config import PROJECT
from mainline.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
IGNORING = Measure(short_abandon_s=5, short_abandons="ignore")


def standard(metric: str, **more: object) -> Standard:
    label = {"zh": "承诺", "en": "Promise"}
    return Standard.model_validate({"code": "one", "label": label, "metric": metric, **more})


def visit(how: str | None, wait_s: float) -> Visit:
    left = AT + timedelta(seconds=wait_s) if how else None
    return Visit("ml-1.1", "repair", AT, left, how, wait_s)


@pytest.mark.parametrize(
    ("metric", "how", "wait_s", "verdict", "over_s"),
    [
        ("answer", "answered", 15, "kept", 0), ("answer", "answered", 15.1, "missed", 0.1),
        ("answer", "abandoned", 30, "missed", 30), ("answer", "abandoned", 5, "left_out", 0),
        ("answer", "timeout", 60, "missed", 60), ("answer", "callback", 60, "left_out", 0),
        ("answer", None, 0, "running", 0), ("connect", "answered", 500, "kept", 0),
        ("connect", "abandoned", 6, "missed", 6), ("abandon", "timeout", 60, "kept", 0),
        ("abandon", "abandoned", 60, "missed", 60), ("mean_answer", "abandoned", 60, "left_out", 0),
    ],
)  # fmt: skip
def test_a_caller_is_judged_by_how_they_left_the_queue(
    metric: str, how: str | None, wait_s: float, verdict: str, over_s: float
) -> None:
    limit = {"limit_s": 15} if metric in {"answer", "mean_answer"} else {}
    case = of_visit(standard(metric, **limit), visit(how, wait_s), IGNORING)
    assert (case.verdict, round(case.over_s, 3)) == (verdict, over_s)


def order(**more: object) -> Order:
    values: dict[str, object] = {
        "number": "20261123-0001", "type_code": "leak", "urgency": "urgent", "opened_at": AT,
        "due_respond_at": AT + timedelta(minutes=30), "due_complete_at": AT + timedelta(hours=4),
        "responded_at": None, "first_arrived_at": None, "arrived_at": None,
        "completed_at": None, "closed_at": None, **more,
    }  # fmt: skip
    return Order(**values)  # type: ignore[arg-type]


def test_an_order_is_late_from_its_limit_on_also_while_nobody_has_done_anything() -> None:
    respond = standard("order_respond")
    early, late = AT + timedelta(minutes=29), AT + timedelta(minutes=31)
    assert of_order(respond, order(), None, early, ZONE).verdict == "running"
    assert of_order(respond, order(), None, late, ZONE).over_s == 60
    assert of_order(respond, order(responded_at=early), None, late, ZONE).verdict == "kept"
    closed = order(closed_at=AT + timedelta(hours=5))
    case = of_order(standard("order_complete"), closed, None, AT + timedelta(days=1), ZONE)
    assert (case.verdict, case.over_s) == ("missed", 3600)


def after(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("happened", "at", "verdict", "over_s"),
    [
        ({"responded_at": 1}, 30, "running", 0), ({"responded_at": 1}, 31, "missed", 60),
        ({"responded_at": 1, "arrived_at": 30}, 600, "kept", 0),
        ({"responded_at": 1, "arrived_at": 40}, 600, "missed", 600),
        ({"first_arrived_at": 20, "arrived_at": 500}, 600, "kept", 0),
        ({"first_arrived_at": 20}, 600, "kept", 0),
        ({"completed_at": 25, "closed_at": 90}, 600, "kept", 0),
        ({"completed_at": 31, "closed_at": 90}, 600, "missed", 60),
        ({"responded_at": 1, "closed_at": 30}, 600, "left_out", 0),
        ({"responded_at": 1, "closed_at": 32}, 600, "missed", 120),
    ],
)  # fmt: skip
def test_who_has_to_be_there_is_not_there_when_somebody_has_taken_it_on(
    happened: dict[str, int], at: int, verdict: str, over_s: float
) -> None:
    there = standard("arrive_within", limit_s=1800)
    moments = {name: after(minutes) for name, minutes in happened.items()}
    case = of_order(there, order(**moments), None, after(at), ZONE)
    assert (case.verdict, case.over_s, case.due_at) == (verdict, over_s, after(30))


def test_nobody_has_to_be_there_where_nobody_goes() -> None:
    there, stay = standard("arrive_within", limit_s=1800), frozenset({"enquiry"})
    assert in_scope(there, order(), stay)
    assert not in_scope(there, order(type_code="enquiry"), stay)
    assert in_scope(standard("complete_within", limit_s=1), order(type_code="enquiry"), stay)


def test_a_limit_of_its_own_counts_in_working_time() -> None:
    office = WorkCalendar.model_validate({
        "label": {"zh": "办公", "en": "Office"},
        "week": [{"weekdays": [1, 2, 3, 4, 5], "shifts": [{"begins": "09:00", "ends": "17:00"}]}],
    })  # fmt: skip
    one = standard("respond_within", limit_s=8 * 3600, calendar="office")
    case = of_order(one, order(), office, AT, ZONE)  # from Monday 10:00
    assert case.due_at == datetime(2026, 11, 24, 2, tzinfo=UTC)


def test_a_promised_time_that_was_withdrawn_is_left_out() -> None:
    verdicts = {
        state: of_given(Given("#1", "", "call", AT, AT, state), AT + timedelta(hours=1)).verdict
        for state in ("open", "booked", "kept", "broken", "withdrawn", "cancelled")
    }
    assert verdicts == {
        "open": "running", "booked": "running", "kept": "kept", "broken": "missed",
        "withdrawn": "left_out", "cancelled": "left_out",
    }  # fmt: skip


def test_by_the_day_each_day_has_to_keep_it() -> None:
    one = standard("connect", share=0.5, per="day")
    cases = [of_visit(one, visit("answered", 1), IGNORING) for _ in range(9)]
    day_after = Visit("ml-2.1", "repair", AT + timedelta(days=1), AT, "timeout", 9)
    found = judge(one, [*cases, of_visit(one, day_after, IGNORING)], ZONE)
    assert (found.share, found.met) == (0.9, False)
    assert [(day.day.day, day.met) for day in found.days] == [(23, True), (24, False)]
    assert judge(one, [], ZONE).met is None


def test_months_follow_one_another_and_nonsense_is_refused() -> None:
    assert (before(month_of("2026-01")), following(month_of("2026-12"))) == (
        month_of("2025-12"), month_of("2027-01"),
    )  # fmt: skip
    for wrong in ("2026-13", "1999-01", "9999-12", "2026", "2026-1x"):
        with pytest.raises(Invalid):
            month_of(wrong)


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_a_packs_profiles_are_whole_but_for_the_clauses_nobody_has_seen(pack: str) -> None:
    text = (PROJECT / "packs" / pack / "standards.yaml").read_text("utf-8")
    body = ServiceStandards.model_validate(yaml.safe_load(text))
    types = yaml.safe_load((PROJECT / "packs" / pack / "work_orders.yaml").read_text("utf-8"))
    known = {one["code"] for one in types["types"]}
    used = {code for one in body.profiles for each in one.standards for code in each.scope.types}
    assert used <= known
    stay = WorkOrderTypes.model_validate(types).staying_home()
    assert {"enquiry", "complaint"} <= stay
    going = {
        code for one in body.profiles for each in one.standards for code in each.scope.types
        if each.metric == "arrive_within"
    }  # fmt: skip
    assert not going & stay
    assert {problem.code for problem in problems(body)} == {"to-fill"}
    assert [one.source for one in body.profiles] == ["law", "law", "city", "company"]


@pytest.mark.parametrize(
    ("pack", "promised"),
    [
        ("gas", {
            "leak_arrive": ("arrive_within", 1800), "fire_arrive": ("arrive_within", 900),
            "indoor_arrive": ("arrive_within", 14_400),
            "indoor_complete": ("complete_within", 86_400),
            "meter": ("complete_within", 86_400),
        }),
        ("heat", {
            "cold_respond": ("respond_within", 3600), "cold_arrive": ("arrive_within", 21_600),
            "cold_complete": ("complete_within", 86_400), "leak_respond": ("respond_within", 1800),
        }),
        ("water", {
            "leak_arrive": ("arrive_within", 3600), "leak_complete": ("complete_within", 86_400),
            "quality_arrive": ("arrive_within", 7200),
        }),
    ],
)  # fmt: skip
def test_what_a_city_promises_is_measured_by_what_its_words_say(
    pack: str, promised: dict[str, tuple[str, int]]
) -> None:
    text = (PROJECT / "packs" / pack / "standards.yaml").read_text("utf-8")
    body = ServiceStandards.model_validate(yaml.safe_load(text))
    [city] = [one for one in body.profiles if one.source == "city"]
    assert {one.code: (one.metric, one.limit_s) for one in city.standards} == promised


def test_a_scope_that_the_measure_does_not_know_is_a_mistake() -> None:
    wrong = standard("answer", limit_s=5, scope={"types": ["leak"]}, calendar="office")
    profile = {
        "code": "city", "source": "city", "document": {"zh": "市", "en": "City"},
        "since": "2026-01-01", "standards": [wrong.model_dump(), wrong.model_dump()],
    }  # fmt: skip
    body = ServiceStandards.model_validate({"profiles": [profile]})
    assert {problem.code for problem in problems(body)} == {"scope", "calendar", "twice"}
