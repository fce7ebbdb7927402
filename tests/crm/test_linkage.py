"""Rules between orders, requests and money: each fires once, and is told on what it touched."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import AreaPremise, ServiceArea
from crm.billing import blocks
from crm.billing.events import PaymentReceived
from crm.billing.models import Bill, PaymentBlock
from crm.catalog import service as catalog
from crm.customers.models import ServiceAccount
from crm.life_cycle.events import AccountChanged
from crm.linkage import queries, service
from crm.linkage.models import RuleFiring
from crm.linkage.prepare import install
from crm.linkage.rules import Linkage, Rule, Seen, fits, problems
from crm.linkage.subscribers import CONSUMER, CONSUMERS
from crm.outages.models import Outage
from crm.sense.models import OutageCandidate
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from crm.work_orders.subscribers import CONSUMERS as ORDERS
from crm.work_orders.subscribers import PARTS
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.definitions import content
from mainline.errors import MainlineError
from mainline.journal import Event, append, consume, entries_after
from mainline.journal.reading import rewind
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

HEAT = PROJECT / "packs" / "heat"
FOUND = {"name": "found", "label": {"zh": "结果", "en": "Finding"}, "type": "text"}
MENDED = {"name": "mended", "label": {"zh": "已整改", "en": "Mended"}, "type": "yes_no"}
INSPECTION, REPAIR, ON, OFF = "inspection", "rectification", "valve_on", "valve_off"
PAID_WORK = "alteration"


def a_type(code: str, urgency: str = "normal") -> dict[str, Any]:
    return {
        "code": code, "name": {"zh": code, "en": code}, "team": "repair", "flow": "repair",
        "urgency": urgency, "respond_minutes": 60, "complete_minutes": 600,
        "fields": [FOUND, MENDED],
    }  # fmt: skip


@pytest.fixture
async def company(database: Database, clock: StandingClock) -> Database:
    """王芳, the heating pack's rules, and types of orders without any fuss."""
    types = content(HEAT / "work_orders.yaml")
    types["types"] = [a_type(code) for code in (INSPECTION, REPAIR, PAID_WORK, ON, OFF)]
    types["types"].append(a_type("burst", "emergency"))
    async with database.unit_of_work() as session:
        await definitions.install(session, "work_order_types", "company", types, by="test")
        await install(session, HEAT)
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        await customer(session, "王芳", "13800000001", accounts={"100001": home})
    return database


async def done(session: AsyncSession, type_code: str, **fields: str) -> WorkOrder:
    """An order of 王芳's, opened and finished."""
    key = f"{type_code}:{len((await session.scalars(select(WorkOrder.id))).all())}"
    order = await work_orders.open_work_order(
        session, type_code=type_code, key=key, by="8001", source="api", account_id=1, fields=fields
    )
    await finished(session, order)
    return order


async def finished(session: AsyncSession, order: WorkOrder, **fields: str) -> None:
    order.fields = {**order.fields, **fields}
    types = (await catalog.work_order_types(session)).body
    while order.completed_at is None:
        ways = types.step(order.type_code, order.step).transitions
        way = next(one for one in ways if one.to != order.step)
        await work_orders.move(session, order.number, way.action, by="冯涛", note="完成")


async def each_danger_has_its_repair(company: Database) -> None:
    """The type says so, as the packs' do."""
    follows = {
        "after": "complete",
        "type": REPAIR,
        "when": {"field": "found", "values": ["danger"]},
    }
    async with company.unit_of_work() as session:
        found = await definitions.current(session, "work_order_types", "company")
        types = found.body.model_dump(mode="json")
        types["types"][0]["follow_ups"] = [follows]
        made = await definitions.draft(session, "work_order_types", "company", types, author="test")
        await definitions.publish(session, "work_order_types", "company", made.version, by="test")


async def followed(company: Database) -> None:
    """What came of the orders is opened, then the rules meet what happened."""
    while await consume(company, consumer=PARTS, handlers=ORDERS[PARTS]):
        pass
    await told(company)


async def follower(session: AsyncSession, order: WorkOrder) -> WorkOrder:
    """The order that came of it."""
    return (
        await session.scalars(select(WorkOrder).where(WorkOrder.key == f"follow:{order.number}:0"))
    ).one()


async def still_blocking(company: Database) -> list[bool]:
    return [stands for _by, stands in await blocked(company)]


async def told(company: Database, *facts: Event) -> None:
    """These facts, and the one reader who meets them."""
    async with company.unit_of_work() as session:
        for fact in facts:
            await append(session, fact)
    await consume(company, consumer=CONSUMER, handlers=CONSUMERS[CONSUMER])


async def fired(company: Database) -> list[tuple[str, str, str]]:
    async with company.reading() as session:
        rows = await session.scalars(select(RuleFiring).order_by(RuleFiring.id))
        return [(row.rule, row.outcome, row.result) for row in rows]


async def blocked(company: Database) -> list[tuple[str, bool]]:
    async with company.reading() as session:
        rows = await session.scalars(select(PaymentBlock).order_by(PaymentBlock.id))
        return [(row.by, row.lifted_at is None) for row in rows]


def changed(effect: str) -> AccountChanged:
    return AccountChanged(
        subject="account:1", number="20261123-0099", effect=effect, customer_id=1,
        effective_on=date(2026, 11, 23), by="陈静", before={}, after={},
    )  # fmt: skip


PAID = PaymentReceived(subject="account:1", amount_fen=100, channel="counter", by="郑燕")


async def test_a_dangerous_finding_blocks_payment_until_the_defect_is_put_right(
    company: Database,
) -> None:
    async with company.unit_of_work() as session:
        await done(session, INSPECTION, found="good")
        found = await done(session, INSPECTION, found="danger")
    await told(company)
    assert await fired(company) == [("finding_blocks_payment", "done", "1")]
    assert await blocked(company) == [("rule:finding_blocks_payment", True)]
    async with company.reading() as session:
        with pytest.raises(blocks.Blocked) as refused:
            await blocks.refuse_if_blocked(session, 1)
        assert refused.value.values["zh"] == "存在严重隐患未整改，请先处理隐患"
        (seen,) = await queries.firings(session, work_order=found.number)
    assert (seen.rule, seen.version, seen.name_zh, seen.account_id) == (
        "finding_blocks_payment", 1, "巡检发现严重隐患，暂停收费", 1,
    )  # fmt: skip
    async with company.unit_of_work() as session:
        await done(session, PAID_WORK, mended="yes")
        await done(session, REPAIR, mended="no")
        await done(session, REPAIR)
    await told(company)
    assert await blocked(company) == [("rule:finding_blocks_payment", True)]
    async with company.unit_of_work() as session:
        await done(session, REPAIR, mended="yes")
    await told(company)
    assert await blocked(company) == [("rule:finding_blocks_payment", False)]
    async with company.reading() as session:
        await blocks.refuse_if_blocked(session, 1)


async def test_of_two_findings_each_is_lifted_by_its_own_repair(company: Database) -> None:
    await each_danger_has_its_repair(company)
    async with company.unit_of_work() as session:
        first, second = [await done(session, INSPECTION, found="danger") for _ in range(2)]
    await followed(company)
    assert await still_blocking(company) == [True, True]
    async with company.unit_of_work() as session:
        await finished(session, await follower(session, second), mended="yes")
    await followed(company)
    assert await still_blocking(company) == [True, False]
    async with company.unit_of_work() as session:
        await done(session, REPAIR, mended="yes")  # of its own: the first one's is still to be done
    await followed(company)
    assert await still_blocking(company) == [True, False]
    async with company.unit_of_work() as session:
        await finished(session, await follower(session, first), mended="no")
        await done(session, REPAIR, mended="yes")
    await followed(company)
    assert await still_blocking(company) == [False, False]


async def test_a_repair_whose_block_a_person_has_lifted_lifts_no_other(company: Database) -> None:
    await each_danger_has_its_repair(company)
    async with company.unit_of_work() as session:
        first, second = [await done(session, INSPECTION, found="danger") for _ in range(2)]
    await followed(company)
    async with company.unit_of_work() as session:
        await finished(session, await follower(session, first), mended="no")
        await blocks.lift(session, 2, by="陈静", note="已核实")
        await finished(session, await follower(session, second), mended="yes")
    await followed(company)
    assert await still_blocking(company) == [True, False]


async def test_what_a_person_blocked_no_rule_lifts(company: Database) -> None:
    async with company.unit_of_work() as session:
        reason = Rule.model_validate(RULE).name
        await blocks.block(session, 1, reason=reason, by="陈静")
        await done(session, REPAIR, mended="yes")
    await told(company)
    assert await fired(company) == [("repair_lifts_block", "nothing", "")]
    assert await blocked(company) == [("陈静", True)]
    async with company.unit_of_work() as session:
        with pytest.raises(blocks.WhyNeeded):
            await blocks.lift(session, 1, by="陈静", note=" ")
        await blocks.lift(session, 1, by="陈静", note="已核实")
        with pytest.raises(blocks.LiftedBefore):
            await blocks.lift(session, 1, by="陈静", note="又")


async def test_suspension_shuts_the_valve_and_resumption_opens_it(company: Database) -> None:
    await told(company, changed("suspend"), changed("transfer"))
    async with company.unit_of_work() as session:
        off = (await session.scalars(select(WorkOrder))).one()
        assert (off.type_code, off.source, off.account_id, off.summary) == (
            OFF, "rule", 1, "报停关阀",
        )  # fmt: skip
    assert await fired(company) == [("suspension_shuts_valve", "done", off.number)]
    await told(company, changed("resume"))
    async with company.reading() as session:
        orders = (await session.scalars(select(WorkOrder).order_by(WorkOrder.id))).all()
        (seen,) = await queries.firings(session, work_order=off.number)
        assert len(await queries.firings(session, request="20261123-0099")) == 2
    assert [one.type_code for one in orders] == [OFF, ON]
    assert seen.rule == "suspension_shuts_valve"


async def test_read_again_from_the_start_nothing_is_done_twice(company: Database) -> None:
    async with company.unit_of_work() as session:
        await done(session, INSPECTION, found="danger")
    await told(company, changed("suspend"))
    before = await fired(company)
    assert len(before) == 2
    async with company.unit_of_work() as session:
        await rewind(session, CONSUMER)
    await told(company)
    assert await fired(company) == before
    assert await blocked(company) == [("rule:finding_blocks_payment", True)]
    async with company.reading() as session:
        shut = select(WorkOrder.id).where(WorkOrder.type_code == OFF)
        assert len((await session.scalars(shut)).all()) == 1
        facts = await entries_after(session, 0, subject="rule:suspension_shuts_valve")
    assert len(facts) == 1


async def test_payment_of_all_arrears_opens_a_valve_that_was_shut_and_no_other(
    company: Database,
) -> None:
    await told(company, PAID)
    assert await fired(company) == []
    async with company.unit_of_work() as session:
        await done(session, OFF)
        session.add(Bill(
            account_id=1, period="2025", issued_on=date(2025, 11, 1), due_on=date(2025, 12, 31),
            amount_fen=5000,
        ))  # fmt: skip
    await told(company, PAID.model_copy(update={"amount_fen": 1}))
    assert await fired(company) == []
    async with company.unit_of_work() as session:
        await session.execute(update(Bill).values(paid_fen=5000))
    await told(company, PAID.model_copy(update={"amount_fen": 4999, "channel": "wechat",
                                                "at": PAID.at.replace(microsecond=1)}))  # fmt: skip
    ((rule, outcome, number),) = await fired(company)
    assert (rule, outcome) == ("payment_opens_valve", "done")
    async with company.reading() as session:
        order = await work_orders.by_number(session, number)
        assert (order.type_code, order.summary) == (ON, "已结清，恢复供应")


async def test_payment_opens_no_valve_of_a_suspended_account(company: Database) -> None:
    async with company.unit_of_work() as session:
        await done(session, OFF)
        await session.execute(update(ServiceAccount).values(status="suspended"))
    await told(company, PAID)
    assert await fired(company) == []


async def test_a_finding_at_a_place_blocks_the_only_account_there(company: Database) -> None:
    async with company.unit_of_work() as session:
        order = await done(session, INSPECTION, found="danger")
        order.account_id = None
    await told(company)
    assert await blocked(company) == [("rule:finding_blocks_payment", True)]


async def test_an_emergency_becomes_part_of_the_outage_at_its_place(company: Database) -> None:
    async with company.unit_of_work() as session:
        area = ServiceArea(code="s1", kind="station", name_zh="一站", name_en="One")
        session.add(area)
        await session.flush()
        session.add(AreaPremise(area_id=area.id, premise_id=1))
        whole = await work_orders.open_work_order(
            session, type_code="burst", key="whole", by="陈静", source="outage"
        )
        outage = Outage(service_area_id=area.id, kind="fault", text_zh="停", text_en="Out",
                        began_at=whole.opened_at)  # fmt: skip
        session.add(outage)
        await session.flush()
        session.add(OutageCandidate(
            area_id=area.id, class_code="x", state="confirmed", outage_id=outage.id,
            work_order_id=whole.id, first_at=whole.opened_at, raised_at=whole.opened_at,
            last_at=whole.opened_at, callers=3, expected=0.1,
        ))  # fmt: skip
        mine = await work_orders.open_work_order(
            session, type_code="burst", key="mine", by="8001", source="ivr", account_id=1
        )
        calm = await work_orders.open_work_order(
            session, type_code=REPAIR, key="calm", by="8001", source="ivr", account_id=1
        )
    await told(company)
    assert await fired(company) == [
        ("emergency_joins_outage", "nothing", ""),
        ("emergency_joins_outage", "done", whole.number),
    ]
    async with company.reading() as session:
        parts = {one.number: one.parent_id for one in await session.scalars(select(WorkOrder))}
    assert parts == {whole.number: None, mine.number: whole.id, calm.number: None}


async def test_a_rule_that_is_refused_holds_up_no_other(company: Database) -> None:
    body = content(HEAT / "linkage.yaml")
    broken = {**RULE, "when": {"fact": "account_changed"}, "then": {
        "act": "open_order", "type": "no_such_type"}}  # fmt: skip
    body["rules"].insert(0, broken)
    async with company.unit_of_work() as session:
        made = await definitions.draft(session, "linkage", "company", body, author="t")
        await definitions.publish(session, "linkage", "company", made.version, by="t")
    await told(company, changed("suspend"))
    assert [(rule, outcome) for rule, outcome, _result in await fired(company)] == [
        ("a", "refused"), ("suspension_shuts_valve", "done"),
    ]  # fmt: skip


async def test_a_rule_is_switched_off_as_a_version_with_who_and_why(company: Database) -> None:
    async with company.unit_of_work() as session:
        new = await service.switch(
            session, "suspension_shuts_valve", on=False, by="管理员", why="试行"
        )
        assert (new.version, new.published_by, new.why) == (2, "管理员", "试行")
        with pytest.raises(MainlineError):
            await service.switch(session, "no_such", on=True, by="管理员")
    await told(company, changed("suspend"))
    assert await fired(company) == []
    async with company.unit_of_work() as session:
        await service.switch(session, "suspension_shuts_valve", on=True, by="管理员")
    await told(company, changed("suspend"))
    async with company.reading() as session:
        (seen,) = await queries.firings(session, account_id=1)
    assert (seen.rule, seen.version) == ("suspension_shuts_valve", 3)


RULE: dict[str, Any] = {
    "code": "a", "name": {"zh": "甲", "en": "A"},
    "when": {"fact": "order_done", "types": ["x"], "urgencies": ["urgent"],
             "fields": {"found": ["danger", "defect"], "ok": ["no"]}},
    "then": {"act": "block_payment", "words": {"zh": "因", "en": "why"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "fires"),
    [
        ({}, True),
        ({"type": "y"}, False),
        ({"urgency": "normal"}, False),
        ({"fact": "order_opened"}, False),
        ({"fields": {"found": "good", "ok": False}}, False),
        ({"fields": {"found": ["good", "defect"], "ok": False}}, True),
        ({"fields": {"found": "danger", "ok": True}}, False),
        ({"fields": {"found": "danger"}}, False),
    ],
)
def test_a_rule_fires_when_all_of_it_is_so(more: Mapping[str, Any], fires: bool) -> None:
    seen: dict[str, Any] = {
        "fact": "order_done", "type": "x", "urgency": "urgent",
        "fields": {"found": "danger", "ok": False}, **more,
    }  # fmt: skip
    assert fits(Rule.model_validate(RULE), Seen(**seen)) is fires


def test_no_rule_opens_an_order_for_one_that_a_rule_opened() -> None:
    rule = Rule.model_validate({
        **RULE, "when": {"fact": "order_opened"}, "then": {"act": "open_order", "type": "x"},
    })  # fmt: skip
    assert fits(rule, Seen("order_opened", type="x"))
    assert not fits(rule, Seen("order_opened", type="x", by_rule=True))


def test_mistakes_of_the_definition_are_found() -> None:
    bad = [
        {"when": {"fact": "order_done"}, "then": {"act": "open_order"}},
        {"when": {"fact": "order_done"}, "then": {"act": "block_payment"}},
        {"when": {"fact": "payment_received", "types": ["x"]}, "then": {"act": "lift_block"}},
        {"when": {"fact": "order_done"}, "then": {"act": "join_outage"}},
        {"when": {"fact": "payment_received", "after": "x"}, "then": {"act": "lift_block"}},
        {"when": {"fact": "order_done"}, "then": {"act": "lift_block", "rules": ["no"]}},
    ]
    named = [{"code": "same", "name": {"zh": "甲", "en": "A"}, **one} for one in bad]
    found = [one.code for one in problems(Linkage.model_validate({"rules": named}))]
    assert found == ["twice", "type", "words", "fact", "act", "after", "no-rule"]


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_a_packs_rules_have_no_mistakes(pack: str) -> None:
    body = Linkage.model_validate(content(PROJECT / "packs" / pack / "linkage.yaml"))
    assert list(problems(body)) == []
    assert [rule.code for rule in body.rules] == [
        "finding_blocks_payment", "repair_lifts_block", "suspension_shuts_valve",
        "resumption_opens_valve", "payment_opens_valve", "emergency_joins_outage",
    ]  # fmt: skip


async def test_a_till_asks_whether_money_may_be_taken(as_role: AsRole) -> None:
    cashier, leader = as_role("cashier"), as_role("leader")
    free = (await cashier.get("/accounts/1/payment-blocks")).json()
    assert free == {"blocked": False, "blocks": []}
    assert (await cashier.post("/accounts/1/payment-blocks", json={"reason": "x"})).status_code == (
        403
    )
    made = await leader.post("/accounts/1/payment-blocks", json={"reason": "争议中"})
    assert made.status_code == 201
    told = (await cashier.get("/accounts/1/payment-blocks")).json()
    assert (told["blocked"], [one["reason_zh"] for one in told["blocks"]]) == (True, ["争议中"])
    where = f"/accounts/1/payment-blocks/{told['blocks'][0]['id']}/lift"
    assert (await leader.post(where, json={"note": ""})).json() == {"code": "block-reason"}
    assert (await leader.post(where, json={"note": "已解决"})).json()["blocked"] is False
    assert (await leader.post(where, json={"note": "又"})).json() == {"code": "block-lifted"}
    assert (await cashier.get("/accounts/9999/payment-blocks")).status_code == 404
    assert (await as_role("agent").get("/linkage/firings")).json() == {"items": [], "next": None}
    assert (await as_role("agent").get("/linkage/rules")).status_code == 403
    assert (await as_role("leader").get("/linkage/rules")).json() == {"version": 0, "rules": []}
