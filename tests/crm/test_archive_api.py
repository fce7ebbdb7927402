"""The archive is changed over HTTP by those who may, with stable refusals."""

import pytest

from mainline.db import Database
from mainline.permissions import Permission
from tests.crm.conftest import AsRole

ONE = "/customers/1"
_ONLY_EDITS = frozenset({Permission.SEE_CUSTOMERS, Permission.EDIT_CUSTOMERS})
CHANGE = {"why": "核实", "medical": True}


async def test_a_leader_changes_what_the_archive_keeps(as_role: AsRole) -> None:
    leader = as_role("leader")
    wanted = {
        **CHANGE, "customer_class": "vip", "language": "en", "contact_by": "phone",
        "contact_from": "18:00", "contact_until": "20:00", "notes": "请拨 13811112222",
    }  # fmt: skip
    answer = await leader.patch(ONE, json=wanted)
    assert answer.status_code == 200
    told = (await leader.get(ONE)).json()
    assert answer.json() == told
    assert {name: told[name] for name in wanted if name != "why"} == {
        name: value for name, value in wanted.items() if name != "why"
    }
    lifted = {"why": "改主意", "contact_by": None, "contact_from": None, "contact_until": None}
    told = (await leader.patch(ONE, json=lifted)).json()
    assert (told["contact_by"], told["contact_from"], told["medical"]) == (None, None, True)
    masked = (await as_role("quality").get(ONE)).json()
    assert masked["notes"] == "请拨 138****2222"


async def test_a_telephone_is_added_named_confirmed_and_ended(as_role: AsRole) -> None:
    leader = as_role("leader")
    asked = {"number": "0086 13900000002", "label": "女儿", "why": "来函"}
    made = (await leader.post(f"{ONE}/phones", json=asked)).json()
    assert (made["number"], made["label"], made["confirmed"]) == ("13900000002", "女儿", False)
    phone = f"{ONE}/phones/{made['id']}"
    known = await leader.post(f"{ONE}/phones", json=asked)
    assert (known.status_code, known.json()["code"]) == (409, "phone-known")
    named = await leader.patch(phone, json={"label": "儿子", "why": "更正"})
    assert named.json()["label"] == "儿子"
    for _ in range(2):
        sure = (await leader.post(f"{phone}/confirm")).json()
        assert (sure["confirmed"], sure["confirmed_by"]) == (True, "leader")
    assert sure["confirmed_at"] == "2026-11-23T02:00:00Z"
    masked = (await as_role("agent").get(ONE)).json()["phones"][-1]
    assert (masked["number"], masked["confirmed"]) == ("139****0002", True)
    assert (await leader.post(f"{phone}/end", json={"why": " "})).json()["code"] == "no-reason"
    assert (await leader.post(f"{phone}/end", json={"why": "换号"})).status_code == 200
    assert (await leader.post(f"{phone}/end", json={"why": "换号"})).status_code == 404
    numbers = [one["number"] for one in (await leader.get(ONE)).json()["phones"]]
    assert "13900000002" not in numbers


async def test_a_role_is_given_read_by_both_and_ended(as_role: AsRole) -> None:
    leader = as_role("leader")
    account = (await leader.get(ONE)).json()["accounts"][0]["number"]
    asked = {"account": account, "role": "payer", "since": "2026-01-01", "why": "代付协议"}
    made = await leader.post("/customers/2/roles", json=asked)
    assert made.status_code == 201
    again = await leader.post("/customers/2/roles", json=asked)
    assert (again.status_code, again.json()["code"]) == (409, "role-given")
    end = f"/customers/2/roles/{made.json()['id']}/end"
    wrong = await leader.post(end.replace("/2/", "/1/"), json={"why": "x"})
    assert wrong.status_code == 404
    assert (await leader.post(end, json={"why": "协议到期"})).json()["until"] == "2026-11-23"
    assert (await leader.post(end, json={"why": "x"})).json()["code"] == "role-over"
    for one in (1, 2):
        [seen] = (await as_role("quality").get(f"/customers/{one}/roles")).json()["items"]
        assert (seen["account"], seen["role"], seen["customer_id"]) == (account, "payer", 2)
        assert (seen["since"], seen["until"]) == ("2026-01-01", "2026-11-23")
        assert seen["name"].endswith("*")
    early = {"as_of": "2026-11-23T01:00:00Z"}
    assert (await leader.get("/customers/1/roles", params=early)).json()["items"] == []


@pytest.mark.parametrize("role", ["agent", "quality", "cashier", "dispatcher", "field"])
async def test_who_may_not_change_customers_is_refused_and_nothing_happens(
    as_role: AsRole, role: str
) -> None:
    client = as_role(role)
    before = (await as_role("admin").get(ONE)).json()
    asked = {"number": "13900000002", "why": "x"}
    phone = f"{ONE}/phones/{before['phones'][0]['id']}"
    answers = [
        await client.patch(ONE, json=CHANGE),
        await client.post(f"{ONE}/phones", json=asked),
        await client.patch(phone, json={"label": "x", "why": "x"}),
        await client.post(f"{phone}/confirm"),
        await client.post(f"{phone}/end", json={"why": "x"}),
        await client.post(f"{ONE}/roles", json={"account": "1", "role": "payer", "why": "x"}),
        await client.post(f"{ONE}/roles/1/end", json={"why": "x"}),
    ]
    assert {one.status_code for one in answers} == {403}
    assert (await as_role("admin").get(ONE)).json() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"why": "x", "id_tail": "0123"}, {"why": "x", "priority": 101},
        {"why": "x", "name": "王*"}, {"why": "", "elderly": True},
        {"why": "x", "customer_class": "royal"}, {"why": "x", "contact_by": "drum"},
        {"why": "x", "contact_from": "25:00", "contact_until": "26:00"},
        {"why": "x", "medical": None},
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused(
    as_role: AsRole, wrong: dict[str, object], town: Database
) -> None:
    before = (await as_role("leader").get(ONE)).json()
    assert (await as_role("leader").patch(ONE, json=wrong)).status_code == 422
    assert (await as_role("leader").get(ONE)).json() == before


async def test_whom_we_serve_otherwise_is_decided_by_who_keeps_the_watch_list(
    as_role: AsRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    restricted = {"why": "多次辱骂", "restricted": True}
    assert (await as_role("leader").patch(ONE, json=restricted)).json()["restricted"] is True
    with monkeypatch.context() as patch:
        patch.setattr("mainline.web.permitted", lambda _roles, _rights: _ONLY_EDITS)
        lifted = await as_role("leader").patch(ONE, json={"why": "x", "restricted": False})
    assert (lifted.status_code, lifted.json()["code"]) == (403, "forbidden")
    assert (await as_role("leader").get(ONE)).json()["restricted"] is True
