"""The archive is changed on a page of the customer, and what was changed is told in words."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from crm.customers.models import Customer, CustomerPhone
from crm.life_cycle.models import AccountRole
from mainline.db import Database
from mainline.permissions import Permission
from tests.agentdesk.conftest import Browser, browser
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

pytestmark = pytest.mark.usefixtures("clock", "people")
EDIT = "/customers/1/edit"
FACTS = {
    "name": "王芳", "customer_class": "vip", "priority": "20", "elderly": "true", "language": "",
    "notes": "请拨 13811112222", "contact_by": "not_by_phone", "contact_from": "18:00",
    "contact_until": "20:00", "why": "上门核实",
}  # fmt: skip


@pytest.fixture
async def people(company: Database) -> None:
    """Wang Fang with a home and a number nobody has confirmed, and her tenant to be."""
    async with company.unit_of_work() as session:
        home = await premise(session, await place(session, "浑南区", "河畔街"), "河畔街 8-1-301")
        await customer(session, "王芳", "13800008001", accounts={"100001": home}, medical=True)
        await customer(session, "李强", "13800008002")
        phone = await session.get_one(CustomerPhone, 1)
        phone.confirmed = False


@asynccontextmanager
async def signed(app: FastAPI, login: str, language: str = "en") -> AsyncIterator[Browser]:
    async with browser(app) as client:
        client.cookies.set("mainline_language", language)
        assert (await client.sign_in(login)).status_code == 303
        yield client


async def person(company: Database) -> Customer:
    async with company.reading() as session:
        return await session.get_one(Customer, 1)


async def test_facts_and_wishes_are_changed_and_told_in_both_languages(
    app: FastAPI, company: Database
) -> None:
    async with signed(app, "leader") as leader:
        assert f'href="{EDIT}"' in (await leader.get("/customers/1")).text
        answer = await leader.post(EDIT, data=FACTS)
        assert (answer.status_code, answer.headers["location"]) == (303, "/customers/1")
        page = (await leader.get("/customers/1")).text
    now_is = await person(company)
    assert (now_is.customer_class, now_is.priority, now_is.elderly, now_is.medical) == (
        "vip", 20, True, False,
    )  # fmt: skip
    assert (now_is.contact_by, now_is.contact_from, now_is.contact_until, now_is.language) == (
        "not_by_phone", "18:00", "20:00", None,
    )  # fmt: skip
    told = ("Class: Residential → VIP", "Medical need: Yes → No", "上门核实",
            "Contact wished: ∅ → Not by telephone", "Not by telephone 18:00–20:00")  # fmt: skip
    for words in told:
        assert words in page
    async with signed(app, "leader", "zh_CN") as leader:
        page = (await leader.get("/customers/1")).text
    for words in ("类别: 居民 → ", "联系方式意愿: ∅ → 不要电话联系", "不要电话联系 18:00–20:00"):
        assert words in page


async def test_what_is_emptied_is_empty_and_a_person_keeps_a_name(
    app: FastAPI, company: Database
) -> None:
    async with signed(app, "leader") as leader:
        assert (await leader.post(EDIT, data=FACTS)).status_code == 303
        emptied = {**FACTS, "notes": "", "contact_by": "", "contact_from": "", "contact_until": ""}
        assert (await leader.post(EDIT, data=emptied)).status_code == 303
        assert (await leader.post(EDIT, data={**FACTS, "name": ""})).status_code == 422
    now_is = await person(company)
    assert (now_is.name, now_is.notes) == ("王芳", "")
    assert (now_is.contact_by, now_is.contact_from, now_is.contact_until) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "xx"), ("contact_by", "smoke"), ("contact_from", "25:00"),
     ("contact_until", "7"), ("priority", "101"), ("customer_class", "king"),
     ("elderly", "perhaps"), ("name", "王" * 65), ("notes", "字" * 2001), ("why", "")],
)  # fmt: skip
async def test_a_wrong_fact_is_refused_and_nothing_is_changed(
    app: FastAPI, company: Database, field: str, value: str
) -> None:
    async with signed(app, "leader") as leader:
        answer = await leader.post(EDIT, data={**FACTS, field: value})
    assert answer.status_code == 422
    assert (await person(company)).customer_class == "residential"


async def test_telephones_are_added_confirmed_named_and_ended(
    app: FastAPI, company: Database, clock: StandingClock
) -> None:
    async with signed(app, "leader") as leader:
        assert "This number is theirs" in (await leader.get(EDIT)).text
        for path, form in {
            "1": {"act": "confirm"},
            "": {"number": "13900000002", "label": "女儿", "why": "来函"},
        }.items():
            answer = await leader.post(f"/customers/1/phones/{path}".rstrip("/"), data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, EDIT)
        page = (await leader.get(EDIT)).text
        assert "8000 · 2026-11-23 10:00" in page
        named = await leader.post("/customers/1/phones/3", data={
            "act": "label", "label": "儿子", "why": "更正",
        })  # fmt: skip
        assert named.status_code == 303
        refused = await leader.post("/customers/1/phones/3", data={"act": "end", "why": ""})
        assert (refused.status_code, "Say why." in refused.text) == (422, True)
        clock.forward(hours=24)
        await leader.sign_in("leader")
        ended = await leader.post("/customers/1/phones/3", data={"act": "end", "why": "换号"})
        assert ended.status_code == 303
        today = (await leader.get("/customers/1")).text
        past = (await leader.get("/customers/1?day=2026-11-23")).text
    assert "Number: 13900000002, Label: 女儿, Confirmed: No" in today
    assert "Ended at: ∅ → 2026-11-24 10:00" in today
    shown = re.compile(r'<p class="number small">(.*?)</p>', re.DOTALL)
    assert "13900000002" not in "".join(shown.findall(today))
    assert "13900000002" in "".join(shown.findall(past))
    async with company.reading() as session:
        numbers = await session.scalars(
            select(CustomerPhone.number).where(CustomerPhone.confirmed, CustomerPhone.id != 2)
        )
        assert numbers.all() == ["13800008001"]


async def test_a_tenant_stands_on_both_pages_from_the_first_day_to_the_last(
    app: FastAPI, company: Database, clock: StandingClock
) -> None:
    async with signed(app, "leader") as leader:
        form = {"account": "100001", "role": "tenant", "since": "2026-11-01", "why": "租赁合同"}
        given = await leader.post("/customers/2/roles", data=form)
        assert (given.status_code, given.headers["location"]) == (303, "/customers/2/edit")
        for page in ("/customers/1", "/customers/2"):
            assert "Roles at accounts" in (await leader.get(page)).text
        assert "Role: Tenant, From: 2026-11-01" in (await leader.get("/customers/1")).text
        clock.forward(hours=24)
        await leader.sign_in("leader")
        assert (await leader.post("/customers/1/roles/9/end", data={"why": "x"})).status_code == 404
        end = {"until": "2026-11-24", "why": "退租"}
        assert (await leader.post("/customers/1/roles/1/end", data=end)).status_code == 303
        assert "Roles at accounts" not in (await leader.get("/customers/1")).text
        assert "Roles at accounts" in (await leader.get("/customers/1?day=2026-11-23")).text
        assert "Roles at accounts" not in (await leader.get("/customers/1?day=2026-11-22")).text
    async with company.reading() as session:
        row = await session.get_one(AccountRole, 1)
    assert (row.customer_id, str(row.since), str(row.until)) == (2, "2026-11-01", "2026-11-24")


async def test_who_may_not_change_customers_finds_no_way_to_it(
    app: FastAPI, company: Database
) -> None:
    async with signed(app, "agent1") as agent:
        assert EDIT not in (await agent.get("/customers/1")).text
        assert (await agent.get(EDIT)).status_code == 403
        assert (await agent.post(EDIT, data=FACTS)).status_code == 403
        confirm = await agent.post("/customers/1/phones/1", data={"act": "confirm"})
        assert confirm.status_code == 403
    assert (await person(company)).customer_class == "residential"
    async with company.reading() as session:
        assert not (await session.get_one(CustomerPhone, 1)).confirmed


async def test_what_is_masked_is_not_in_the_form_and_stays_as_it_is(
    app: FastAPI, company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with company.unit_of_work() as session:
        (await session.get_one(Customer, 1)).notes = "请拨 13811112222"
    only = frozenset({Permission.SEE_CUSTOMERS, Permission.EDIT_CUSTOMERS})
    monkeypatch.setattr("mainline.web.permitted", lambda _roles, _rights: only)
    async with signed(app, "leader") as leader:
        page = (await leader.get(EDIT)).text
        for words in ("王芳", "13811112222", "13800008001", 'name="name"', 'name="notes"',
                      'name="restricted"'):  # fmt: skip
            assert words not in page
        form = {key: value for key, value in FACTS.items() if key not in {"name", "notes"}}
        answer = await leader.post(EDIT, data={**form, "restricted": "true"})
        assert answer.status_code == 303
        sent_back = await leader.post(EDIT, data={**FACTS, "name": "王*", "why": "x"})
        assert sent_back.status_code == 422
    now_is = await person(company)
    assert (now_is.name, now_is.notes, now_is.restricted, now_is.priority) == (
        "王芳", "请拨 13811112222", False, 20,
    )  # fmt: skip


async def test_each_field_has_a_name_and_each_form_a_key(app: FastAPI) -> None:
    async with signed(app, "leader") as leader:
        page = (await leader.get(EDIT)).text
        assert 'accesskey="e"' in (await leader.get("/customers/1")).text
    main = page.partition("<main")[2]
    assert re.findall(r'accesskey="(\w)"', main) == ["s", "t", "r"]
    fields = re.findall(r"<(?:input|select|textarea)[^>]*>", main)
    alone = [one for one in fields if "aria-label" not in one and 'type="hidden"' not in one]
    assert len(alone) == main.count("<label")
