"""What an order's type asks for with an act is asked of the field too, and can be given later."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.field import schemas, work
from crm.field.acting import ActIn, Seen
from crm.field.doing import company_rules
from crm.field.models import FieldAct, FieldAttachment
from crm.staff.roles import Role, Roles
from crm.work_orders import queries, service
from mainline.db import Database
from mainline.masking import OPEN_EYES
from mainline.text import LocalizedText
from tests.crm.field.conftest import Phone, furnish, opened, read, seen
from tests.support.clock import StandingClock

THERE = Seen(step="on_site", owner="冯涛")
HEAD = Role(code="head", name=LocalizedText(zh="班组长", en="Head of a crew"))
DANGER = {"found": "danger", "defect": "阀井盖缺失"}
KEY = "0b6cdb67-photo-1"


async def photo(database: Database, number: str, at: datetime, *, whole: bool = True) -> None:
    async with database.unit_of_work() as session:
        order = await service.by_number(session, number)
        session.add(
            FieldAttachment(
                key=KEY,
                work_order_id=order.id,
                worker="冯涛",
                kind="photo",
                size=4,
                media_type="image/jpeg",
                taken_at=at,
                complete_at=at if whole else None,
            )
        )


async def history(database: Database, number: str) -> list[tuple[str, str]]:
    async with database.reading() as session:
        order = await service.by_number(session, number)
        lines = await queries.moves(session, order.id)
        return [(line.action, line.note) for line in lines]


def told(rows: list[FieldAct]) -> list[tuple[str, str]]:
    return [(row.outcome, row.code) for row in rows]


async def inspected(phone: Phone, number: str, **fields: Any) -> list[FieldAct]:
    """On the spot, and done."""
    arrive = phone.act(number, "arrive", await seen(phone.database, number))
    return await phone.send(
        arrive, phone.act(number, "complete", THERE, note="看过", fields=fields)
    )


async def test_what_the_type_asks_for_is_kept_with_the_order(
    crew: Database, phone: Phone, clock: StandingClock
) -> None:
    number = await opened(crew, type_code="inspection")
    await photo(crew, number, clock.at)
    rows = await inspected(phone, number, **DANGER, photos=[KEY], stranger="x")
    assert told(rows) == [("done", "")] * 2
    order = await read(crew, number)
    assert (order.step, order.fields) == ("done", {**DANGER, "photos": [KEY]})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"found": "fine"},
        {"found": "defect"},
        {**DANGER},
        {**DANGER, "photos": [KEY]},
    ],
    ids=["missing", "not in the list", "required when", "no photo", "a photo that never came"],
)
async def test_what_is_missing_leaves_the_act_and_all_after_it_to_whoever_did_it(
    crew: Database, phone: Phone, clock: StandingClock, given: dict[str, Any]
) -> None:
    number = await opened(crew, type_code="inspection")
    await photo(crew, number, clock.at, whole=False)
    rows = await inspected(phone, number, **given)
    after = await phone.send(
        phone.act(number, "on_way", Seen(step="done", owner="冯涛"), kind="note", note="回程")
    )
    assert told([*rows, *after]) == [("done", ""), ("conflict", "field-refused"), ("conflict", "")]
    assert set(rows[1].words) == {"zh_CN", "en"}
    assert (rows[1].theirs["step"], rows[1].theirs["owner"]) == ("on_site", "冯涛")
    order = await read(crew, number)
    assert (order.step, order.fields) == ("on_site", {})
    assert [action for action, _note in await history(crew, number)][-1] == "arrive"


async def test_what_was_missing_is_given_with_the_choice_and_all_of_it_is_done_once(
    crew: Database, phone: Phone, clock: StandingClock
) -> None:
    number = await opened(crew, type_code="inspection")
    await inspected(phone, number, found="defect")
    again = phone.act(number, "mine", THERE, kind="choose")
    assert told(await phone.send(again)) == [("refused", "field-refused")]
    assert (await read(crew, number)).step == "on_site"
    mended = phone.act(number, "mine", THERE, kind="choose", fields={"defect": "锈蚀"})
    for _ in range(2):
        assert told(await phone.send(mended)) == [("done", "")]
    order = await read(crew, number)
    assert (order.step, order.fields) == ("done", {"found": "defect", "defect": "锈蚀"})
    assert [line for line in await history(crew, number) if line[0] == "complete"] == [
        ("complete", "看过")
    ]
    async with crew.reading() as session:
        acts = list(await session.scalars(select(FieldAct).where(FieldAct.action == "complete")))
    assert [(act.outcome, act.decided_by) for act in acts] == [("done", "冯涛")]


async def test_what_is_left_as_it_is_keeps_what_was_filled_in_in_the_history(
    crew: Database, phone: Phone
) -> None:
    number = await opened(crew, type_code="inspection")
    await inspected(phone, number, found="defect")
    await phone.send(phone.act(number, "theirs", THERE, kind="choose"))
    assert (await history(crew, number))[-1] == ("field_dropped", "看过；巡检结果 一般隐患")
    assert (await read(crew, number)).step == "on_site"


async def test_only_the_roles_of_a_way_go_it_in_the_field_too(crew: Database, phone: Phone) -> None:
    async with crew.unit_of_work() as session:
        order = await service.open_work_order(
            session, type_code="refund", key="s", by="8001", source="ivr"
        )
        number = order.number
    new = await seen(crew, number)
    phone.roles = frozenset({"field"})
    rows = await phone.send(phone.act(number, "approve", new))
    assert told(rows) == [("conflict", "role-needed")]
    mine = phone.act(number, "mine", new, kind="choose")
    assert told(await phone.send(mine)) == [("refused", "role-needed")]
    leader = Phone(crew, "陈静", "device-chen-1", phone.clock, roles=frozenset({"leader"}))
    assert told(await leader.send(leader.act(number, "approve", new))) == [("done", "")]
    assert (await read(crew, number)).step == "approved"


async def test_closed_hours_count_when_it_was_done_not_when_it_came_in(
    sqlite_database: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.staff.service.hashed", lambda _password: "x")
    await furnish(sqlite_database, "gas")
    phone = Phone(sqlite_database, "冯涛", "device-feng-1", clock)
    numbers = [await opened(sqlite_database, type_code="valve_on") for _ in range(2)]
    for number in numbers:
        await phone.send(phone.act(number, "arrive", await seen(sqlite_database, number)))
    evening, sealed = datetime(2026, 11, 23, 13, 50, tzinfo=UTC), {"valve_sealed": "yes"}
    clock.set(evening + timedelta(hours=1))
    early, late = (
        phone.act(number, "complete", THERE, note="x", fields=sealed, at=at)
        for number, at in zip(numbers, (evening, clock.at), strict=True)
    )
    assert told(await phone.send(early, late)) == [("done", ""), ("conflict", "closed-hours")]
    clock.set(evening + timedelta(hours=10))
    mine = phone.act(numbers[1], "mine", THERE, kind="choose")
    assert told(await phone.send(mine)) == [("done", "")]
    for number in numbers:
        assert (await read(sqlite_database, number)).fields == {"valve_sealed": True}


async def test_the_page_gets_what_is_asked_with_each_order_and_its_own_roles(
    crew: Database, clock: StandingClock
) -> None:
    number = await opened(crew, type_code="inspection")
    async with crew.reading() as session:
        jobs = await work.jobs(session, await work.worker(session, None, "冯涛"))
        shown = schemas.work(
            jobs, await company_rules(session), at=clock.at, me="冯涛", agreed=False, works=True,
            sees=OPEN_EYES, roles={"field"}, composed=Roles(roles=(HEAD,)),
        )  # fmt: skip
    (order,) = shown.orders
    form = shown.forms[order["form"]]
    assert (order["number"], order["known"], shown.roles) == (number, {}, ["field"])
    assert shown.role_names["head"] == {"zh": "班组长", "en": "Head of a crew"}
    assert shown.role_names["field"] == {"zh": "外勤", "en": "Field staff"}
    assert [(one["name"], one["at"]) for one in form["fields"]] == [
        ("found", "complete"), ("defect", "complete"), ("photos", "complete")
    ]  # fmt: skip
    assert [one["value"] for one in form["fields"][0]["options"]] == [
        "good", "defect", "danger", "absent"
    ]  # fmt: skip
    assert form["closed"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"Found": "good"},
        {"found": float("nan")},
        {"found": "x" * 2001},
        {"photos": ["x"] * 13},
        {"found": {"a": {"b": {"c": 1}}}},
        {f"f{n}": 1 for n in range(41)},
    ],
    ids=["name", "nan", "long", "photos", "deep", "many"],
)
def test_what_no_field_can_be_is_refused_before_anything_is_looked_at(
    fields: dict[str, Any],
) -> None:
    act = {
        "key": "act-000001", "seq": 1, "order": "20261123-0001", "kind": "move",
        "action": "complete", "based_on": THERE, "at": datetime(2026, 11, 23, tzinfo=UTC),
    }  # fmt: skip
    assert ActIn.model_validate({**act, "fields": {"found": "good"}}).fields == {"found": "good"}
    with pytest.raises(ValueError, match="fields"):
        ActIn.model_validate({**act, "fields": fields})
