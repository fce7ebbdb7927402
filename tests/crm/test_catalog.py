from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.catalog import kinds, service
from crm.catalog.fields import FieldRefused, FormField, checked
from crm.catalog.reasons import CallReasons
from crm.catalog.work_order_types import WorkOrderTypes
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import NotFound

PACKS = ("heat", "gas", "water")


def pack(name: str, kind: str) -> Any:
    return definitions.content(PROJECT / "packs" / name / kinds.FILES[kind])


def codes(kind: str, body: Any) -> list[tuple[str, str]]:
    return [(p.level, p.code) for p in definitions.kind_named(kind).problems(body)]


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("kind", sorted(kinds.FILES))
def test_the_packs_have_no_mistakes(name: str, kind: str) -> None:
    assert codes(kind, pack(name, kind)) == []


@pytest.mark.parametrize("name", PACKS)
def test_every_suggested_work_order_exists_and_asks_nothing_twice(name: str) -> None:
    tree: CallReasons = kinds.CALL_REASONS.parse(pack(name, "call_reasons"))
    types: WorkOrderTypes = kinds.WORK_ORDER_TYPES.parse(pack(name, "work_order_types"))
    suggested = {reason.work_order for _, reason in tree.all() if reason.work_order}
    assert suggested <= {one.code for one in types.types}
    assert len(types.types) >= 8


@pytest.mark.parametrize("name", PACKS)
def test_every_fault_on_the_keypad_opens_a_work_order(name: str) -> None:
    types: WorkOrderTypes = kinds.WORK_ORDER_TYPES.parse(pack(name, "work_order_types"))
    faults = yaml.safe_load((PROJECT / "packs" / name / "prompts" / "faults.yaml").read_text())
    for fault in faults["faults"]:
        found = types.for_fault(fault["id"])
        assert (found.urgency == "emergency") == fault.get("emergency", False)


@pytest.mark.parametrize("name", PACKS)
def test_every_pack_has_the_queues_that_menus_name(name: str) -> None:
    queues = kinds.QUEUES.parse(pack(name, "queues")).queues
    assert [queue.name for queue in queues] == ["service", "repair", "billing", "emergency"]


def test_somebody_is_at_a_gas_leak_within_the_legal_time() -> None:
    leak = kinds.WORK_ORDER_TYPES.parse(pack("gas", "work_order_types")).type("leak")
    assert (leak.urgency, leak.arrive_minutes, leak.team) == ("emergency", 30, "emergency")


def test_a_tree_tells_the_trail_and_gives_only_leaves() -> None:
    tree: CallReasons = kinds.CALL_REASONS.parse(pack("heat", "call_reasons"))
    assert [one.code for one in tree.trail("fault_leak")] == ["fault", "fault_leak"]
    assert tree.trail("of an old version") == ()
    assert tree.leaf("fault_leak").work_order == "leak"
    for wrong in ("fault", "nothing"):
        with pytest.raises(NotFound):
            tree.leaf(wrong)


AGAIN = {"action": "again", "label": {"zh": "再", "en": "Again"}, "to": "new"}
SPOIL: dict[str, Callable[[Any], Any]] = {
    "twice": lambda body: body["types"].append(body["types"][0]),
    "no-flow": lambda body: body["types"][0].update(flow="nowhere"),
    "no-team": lambda body: body["types"][0].update(team="nobody"),
    "limits": lambda body: body["types"][0].update(respond_minutes=500_000),
    "no-step": lambda body: body["flows"]["repair"][0]["transitions"][0].update(to="nowhere"),
    "endless": lambda body: body["flows"].update(
        repair=[{**body["flows"]["repair"][0], "transitions": [AGAIN]}]
    ),
    "steps": lambda body: body["flows"].update(repair=[]),
    "shape": lambda body: body["types"][0].update(respond_minutes=0),
}


@pytest.mark.parametrize("mistake", sorted(SPOIL))
def test_mistakes_in_work_order_types_are_found(mistake: str) -> None:
    body = pack("heat", "work_order_types")
    SPOIL[mistake](body)
    assert ("error", mistake) in codes("work_order_types", body)


def test_a_step_that_no_order_reaches_is_a_warning() -> None:
    body = pack("heat", "work_order_types")
    body["flows"]["repair"].append({"code": "island", "label": {"zh": "岛", "en": "Island"}})
    assert codes("work_order_types", body) == [("warning", "unreached")]


def test_mistakes_in_reasons_and_queues_are_found() -> None:
    reasons = pack("heat", "call_reasons")
    reasons["reasons"].append(reasons["reasons"][0])
    assert ("error", "twice") in codes("call_reasons", reasons)
    queues = pack("heat", "queues")
    queues["queues"] = queues["queues"][1:] + queues["queues"][1:2]
    assert codes("queues", queues) == [
        ("error", "twice"),
        ("error", "no-service"),
        ("error", "overflow-nowhere"),
    ]
    queues = pack("heat", "queues")
    queues["queues"][1]["weight"] = 51
    assert codes("queues", queues) == [("error", "emergency-not-first")]


TEMPERATURE = FormField.model_validate(
    {
        "name": "t",
        "label": {"zh": "温度", "en": "Temperature"},
        "type": "number",
        "required": True,
        "least": -20,
        "most": 45,
    }
)
SMELL = FormField.model_validate(
    {
        "name": "smell",
        "label": {"zh": "气味", "en": "Smell"},
        "type": "choice",
        "options": [{"value": "strong", "label": {"zh": "强", "en": "Strong"}}],
    }
)
DAY = FormField.model_validate({"name": "d", "label": {"zh": "日", "en": "Day"}, "type": "date"})
UNWELL = FormField.model_validate(
    {"name": "u", "label": {"zh": "不适", "en": "Unwell"}, "type": "yes_no"}
)


def test_fields_are_taken_in_their_types_and_strangers_dropped() -> None:
    values = {"t": " 15.5 ", "smell": "strong", "d": "2026-11-23", "u": "no", "x": "<script>"}
    assert checked([TEMPERATURE, SMELL, DAY, UNWELL], values) == {
        "t": 15.5,
        "smell": "strong",
        "d": "2026-11-23",
        "u": False,
    }


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"t": " "},
        {"t": "warm"},
        {"t": "nan"},
        {"t": "46"},
        {"t": "18", "smell": "sweet"},
        {"t": "18", "d": "yesterday"},
        {"t": "18", "u": "perhaps"},
    ],
)
def test_a_wrong_or_missing_field_is_named(values: dict[str, str]) -> None:
    with pytest.raises(FieldRefused) as refused:
        checked([TEMPERATURE, SMELL, DAY, UNWELL], values)
    assert refused.value.name in {"t", "smell", "d", "u"}
    assert refused.value.code == "field-refused"


@pytest.mark.parametrize("name", [True, 7, {"name": "x"}])
def test_what_names_no_file_is_no_signature(name: object) -> None:
    signed = FormField.model_validate(
        {"name": "sign", "label": {"zh": "签名", "en": "Signature"}, "type": "signature",
         "at": "complete"}
    )  # fmt: skip
    with pytest.raises(FieldRefused) as refused:
        checked([signed], {"sign": name})
    assert refused.value.name == "sign"
    assert checked([signed], {"sign": "paper"}) == {"sign": "paper"}


async def test_the_pack_is_installed_once_and_the_company_keeps_its_own(
    sqlite_database: Database,
) -> None:
    folder: Path = PROJECT / "packs" / "heat"
    async with sqlite_database.unit_of_work() as session:
        await service.install(session, folder)
        own = pack("heat", "queues")
        own["queues"][0]["service_level_s"] = 99
        made = await definitions.draft(session, "queues", definitions.COMPANY, own, author="anna")
        await definitions.publish(session, "queues", definitions.COMPANY, made.version, by="anna")
        await service.install(session, folder)
        assert (await service.queues(session))[0].service_level_s == 99
        types = await service.work_order_types(session)
        assert (types.version, types.body.first_step("leak").code) == (1, "new")
        assert (await service.call_reasons(session)).tree.leaf("fault_leak")
