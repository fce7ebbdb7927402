"""The types that come with the packs keep the limits of the trade, and bring all that they need."""

from datetime import timedelta

import pytest

from crm.catalog import kinds
from crm.catalog.fields import FieldOutside, FormField
from crm.catalog.fields import checked as check
from crm.catalog.work_order_types import WorkOrderTypes
from mainline import definitions
from mainline.config import PROJECT
from mainline.i18n import LOCALES

PACKS = ("heat", "gas", "water")


def types(pack: str) -> WorkOrderTypes:
    body = definitions.content(PROJECT / "packs" / pack / kinds.FILES["work_order_types"])
    return kinds.WORK_ORDER_TYPES.parse(body)


HOUR, DAY = 60, 24 * 60
WORKING_DAY = 450
LIMITS = [
    ("gas", "leak", "arrive", 30, ""),
    ("gas", "fire", "arrive", 15, ""),
    ("gas", "no_gas", "arrive", 4 * HOUR, ""),
    ("gas", "no_gas", "complete", 24 * HOUR, ""),
    ("gas", "appliance", "arrive", 4 * HOUR, ""),
    ("gas", "appliance", "complete", 24 * HOUR, ""),
    ("gas", "ignition", "complete", 3 * DAY, ""),
    ("gas", "alteration", "complete", 5 * WORKING_DAY, "office"),
    ("gas", "meter_test", "complete", 24 * HOUR, ""),
    ("heat", "no_heat", "respond", 1 * HOUR, ""),
    ("heat", "no_heat", "arrive", 6 * HOUR, ""),
    ("heat", "no_heat", "complete", 24 * HOUR, ""),
    ("heat", "temperature_visit", "respond", 1 * HOUR, ""),
    ("heat", "temperature_visit", "arrive", 6 * HOUR, ""),
    ("heat", "temperature_visit", "complete", 24 * HOUR, ""),
    ("water", "burst", "arrive", 30, ""),
    ("water", "leak", "arrive", 60, ""),
    ("water", "leak", "complete", 24 * HOUR, ""),
    ("water", "quality", "arrive", 2 * HOUR, ""),
    ("water", "quality", "complete", 3 * DAY, ""),
    ("water", "pressure", "arrive", 2 * HOUR, ""),
    ("water", "pressure", "complete", 3 * DAY, ""),
    *((pack, "hotline_12345", "respond", 2 * HOUR, "") for pack in PACKS),
    *((pack, "hotline_12345", "complete", 24 * HOUR, "") for pack in PACKS),
]


@pytest.mark.parametrize(("pack", "code", "which", "minutes", "calendar"), LIMITS)
def test_the_limits_are_those_of_the_trade(
    pack: str, code: str, which: str, minutes: int, calendar: str
) -> None:
    body = types(pack)
    limit = body.limit(code, body.type(code).urgency)
    assert getattr(limit, f"{which}_minutes") == minutes
    assert limit.calendar == calendar


def test_a_water_crew_has_an_hour_on_the_outskirts() -> None:
    assert types("water").limit("burst", "urgent").arrive_minutes == 60


KINDS = {
    "installation": {"heat", "gas", "water"},
    "ignition": {"gas"},
    "alteration": {"heat", "gas", "water"},
    "complaint": {"heat", "gas", "water"},
    "enquiry": {"heat", "gas", "water"},
    "inspection": {"heat", "gas", "water"},
    "rectification": {"heat", "gas", "water"},
    "temperature_visit": {"heat"},
    "valve_on": {"heat", "gas", "water"},
    "valve_off": {"heat", "gas", "water"},
    "meter_fault": {"heat", "gas", "water"},
    "dunning_visit": {"heat", "gas", "water"},
}


@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_brings_at_least_fifteen_types_with_all_kinds_of_work(pack: str) -> None:
    body = types(pack)
    codes = {one.code for one in body.types}
    assert len(codes) >= 15
    assert {kind for kind, packs in KINDS.items() if pack in packs} <= codes
    assert "emergency" in {one.urgency for one in body.types}
    assert all(one.fields for one in body.types)
    assert all(body.print_form(code) is not None for code in codes)


@pytest.mark.parametrize(
    ("pack", "code"), [("gas", "valve_on"), ("gas", "ignition"), ("gas", "no_gas")]
)
def test_gas_is_never_restored_at_night(pack: str, code: str) -> None:
    (closed,) = types(pack).type(code).closed_hours
    assert closed.action == "complete"
    times = {"21:59": False, "22:00": True, "00:30": True, "05:59": True, "06:00": False}
    assert {clock: closed.hold(clock) for clock in times} == times


@pytest.mark.parametrize(
    ("deviation", "changed"),
    [(-100, True), (-3.1, True), (-3, False), (0, False), (3, False), (3.1, True), (100, True)],
)
@pytest.mark.parametrize("pack", ["gas", "water"])
def test_a_meter_beyond_three_percent_either_way_is_changed_and_no_other(
    pack: str, deviation: float, changed: bool
) -> None:
    filled = {"deviation": {"value": deviation}}
    rules = types(pack).type("meter_test").follow_ups
    follows = [one.type for one in rules if one.when is None or one.when.holds(filled)]
    assert follows == (["meter_change"] if changed else [])


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(
    ("found", "mended"), [("good", False), ("absent", False), ("defect", True), ("danger", True)]
)
def test_a_defect_that_an_inspection_finds_is_mended_by_an_order_of_its_own(
    pack: str, found: str, mended: bool
) -> None:
    rules = types(pack).type("inspection").follow_ups
    follows = [one.type for one in rules if one.when is None or one.when.holds({"found": found})]
    assert follows == (["rectification"] if mended else [])
    field = next(one for one in types(pack).type("rectification").fields if one.name == "mended")
    assert (field.type, field.at, field.required) == ("yes_no", "complete", True)


@pytest.mark.parametrize("pack", PACKS)
def test_fees_are_whole_fen_and_there_is_no_half(pack: str) -> None:
    lines = [line for one in types(pack).types for line in one.fees]
    assert lines
    assert all(type(line.amount_fen) is int for line in lines)
    body = definitions.content(PROJECT / "packs" / pack / "work_orders.yaml")
    kind = next(one for one in body["types"] if one.get("fees"))
    kind["fees"][0]["amount_fen"] = 12.5
    found = kinds.WORK_ORDER_TYPES.problems(body)
    assert [(p.level, p.code) for p in found] == [("error", "shape")]


@pytest.mark.parametrize("pack", PACKS)
def test_keys_of_the_telephone_are_each_given_once(pack: str) -> None:
    keys = [one.ivr_key for one in types(pack).types if one.ivr_key]
    assert sorted(keys) == [str(n) for n in range(1, len(keys) + 1)]


MEASURED = next(f for f in types("heat").type("temperature_visit").fields if f.name == "measured")
CONDITIONS = {"windows_shut_min": "35", "height_m": "1.5", "stable_min": "12"}
HOURS = "08:00–11:00, 14:00–21:00"
GOOD = {
    "value": "17.5",
    "at": "2026-11-23T09:10:00+08:00",
    "conditions": CONDITIONS,
    "signed": {"customer": "f-1", "worker": "paper"},
}


def measured(**other: object) -> object:
    return check([MEASURED], {"measured": {**GOOD, **other}}, files={"f-1"})["measured"]


def test_a_temperature_counts_when_it_was_measured_by_the_rules() -> None:
    kept = measured()
    assert kept == {
        "value": 17.5,
        "at": "2026-11-23T09:10+08:00",
        "conditions": {"windows_shut_min": 35, "height_m": 1.5, "stable_min": 12},
        "signed": {"customer": "f-1", "worker": "paper"},
    }
    assert not MEASURED.is_good(kept)
    assert MEASURED.is_good({"value": 18})


@pytest.mark.parametrize(
    ("wrong", "zh", "en"),
    [
        ({"conditions": {**CONDITIONS, "windows_shut_min": 29}},
         "门窗已关闭 30 – 1440 min", "Windows shut for 30 – 1440 min"),
        ({"conditions": {**CONDITIONS, "height_m": "1.3"}},
         "距地高度 1.4 – 1.6 m", "Height above the floor 1.4 – 1.6 m"),
        ({"conditions": {**CONDITIONS, "stable_min": 9}},
         "读数稳定 10 – 1440 min", "Stable for 10 – 1440 min"),
        ({"conditions": {}}, "门窗已关闭 30 – 1440 min", "Windows shut for 30 – 1440 min"),
        ({"at": "2026-11-23T11:00:00+08:00"}, HOURS, HOURS),
        ({"at": "2026-11-23T21:30:00+08:00"}, HOURS, HOURS),
        ({"signed": {"worker": "paper"}}, "用户签字", "Customer's signature"),
        ({"signed": {"customer": "f-2", "worker": "paper"}}, "用户签字", "Customer's signature"),
        ({"value": 46}, "-20 – 45 °C", "-20 – 45 °C"),
    ],
)  # fmt: skip
def test_a_temperature_measured_otherwise_is_refused_in_the_readers_own_words(
    wrong: dict[str, object], zh: str, en: str
) -> None:
    with pytest.raises(FieldOutside) as refused:
        measured(**wrong)
    error = refused.value
    assert error.code == "field-refused"
    told = {locale: error.words.to(locale, **error.values) for locale in LOCALES}
    assert told == {
        "zh_CN": f"“实测室温”须符合：{zh}",
        "en": f"The field Measured room temperature must satisfy: {en}",
    }


def test_without_a_measurement_the_rules_say_what_counts() -> None:
    no_one_let_them_in = check([MEASURED], {"measured": {"instead": "refused"}})["measured"]
    assert no_one_let_them_in == {"value": 18, "instead": "refused"}
    assert MEASURED.is_good(no_one_let_them_in)
    nobody_came = check([MEASURED], {"measured": {"instead": "not_come"}})["measured"]
    assert nobody_came == {"value": 13.9, "instead": "not_come"}
    assert nobody_came["value"] < 14


def test_a_field_may_be_required_only_when_another_says_so() -> None:
    fields = [one for one in types("gas").type("safety_check").fields if one.at == "complete"]
    signed = {"customer_signed": "paper"}
    assert check(fields, {"found": "good", **signed})["found"] == "good"
    for missing in ({"found": "defect"}, {"found": "danger", "defect": "软管老化"}):
        with pytest.raises(Exception, match=r"defect|photos"):
            check(fields, {**missing, **signed})
    told = {"found": "danger", "defect": "软管老化", "photos": ["a", "b"], **signed}
    assert check(fields, told)["photos"] == ["a", "b"]
    with pytest.raises(Exception, match="defect"):
        check([fields[1]], {}, known={"found": "defect"})


@pytest.mark.parametrize("raw", [["a"] * 13, ["../etc/passwd"], "a b", [1, {}]])
def test_photos_are_names_of_files_and_not_too_many(raw: object) -> None:
    field = FormField.model_validate(
        {"name": "p", "label": {"zh": "照", "en": "P"}, "type": "photo", "at": "complete"}
    )
    with pytest.raises(Exception, match="p"):
        check([field], {"p": raw})


SPOIL = {
    "no-dictionary": {"name": "x", "type": "choice", "dictionary": "nothing"},
    "no-action": {"name": "x", "at": "dance"},
    "not-at-opening": {"name": "x", "type": "signature"},
    "no-field": {"name": "x", "required_when": {"field": "nowhere", "values": ["yes"]}},
    "bounds": {"name": "x", "type": "number", "least": 3, "most": 2},
    "twice": {"name": "wanted_on", "type": "date"},
    "shape": {"name": "x", "unit": "°C"},
}


@pytest.mark.parametrize("mistake", sorted(SPOIL))
def test_mistakes_in_fields_are_found(mistake: str) -> None:
    body = definitions.content(PROJECT / "packs" / "heat" / "work_orders.yaml")
    kind = next(one for one in body["types"] if one["code"] == "temperature_visit")
    kind["fields"].append({"label": {"zh": "某", "en": "X"}, **SPOIL[mistake]})
    found = kinds.WORK_ORDER_TYPES.problems(body)
    assert ("error", mistake) in [(p.level, p.code) for p in found]


def test_mistakes_in_what_hangs_on_a_type_are_found() -> None:
    body = definitions.content(PROJECT / "packs" / "heat" / "work_orders.yaml")
    first, second = body["types"][:2]
    first["follow_ups"] = [{"after": "dance", "type": "nothing"}]
    first["print_form"] = "poster"
    second["ivr_key"] = first["ivr_key"]
    body["types"][5]["ivr_key"] = "9"
    body["print_forms"]["order"]["sections"][0]["items"].append("secrets")
    body["flows"]["request"][0]["transitions"][0]["roles"] = ["emperor"]
    found = {p.code for p in kinds.WORK_ORDER_TYPES.problems(body)}
    wanted = {"no-action", "no-type", "no-form", "key-twice", "key-alone", "no-item", "no-role"}
    assert found == wanted


def test_an_arrival_lies_between_response_and_completion() -> None:
    body = definitions.content(PROJECT / "packs" / "heat" / "work_orders.yaml")
    body["types"][0]["arrive_minutes"] = 59
    assert [p.code for p in kinds.WORK_ORDER_TYPES.problems(body)] == ["limits"]
    assert timedelta(minutes=types("heat").type("no_heat").arrive_minutes or 0) == timedelta(
        hours=6
    )
