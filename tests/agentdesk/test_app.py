"""The application as a whole: who may open what, headers, errors, limits."""

import re

import pytest
from fastapi import APIRouter, FastAPI

from agentdesk import app as web
from agentdesk.app import UndeclaredRoute, create_app
from agentdesk.shell import NAVIGATION
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.conftest import Browser, Telephony, browser


def test_a_route_that_declares_nothing_keeps_the_application_from_starting(
    settings: Settings, company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = APIRouter()

    @forgotten.get("/open-door")
    async def _open_door() -> None:
        return None

    monkeypatch.setattr(web.auth, "router", forgotten)
    monkeypatch.setattr(web, "_routes", web._routes.__wrapped__)
    with pytest.raises(UndeclaredRoute, match="/open-door"):
        create_app(settings, company, Telephony())


async def test_every_answer_carries_the_strict_policy(app: FastAPI, stranger: Browser) -> None:
    port = app.state.settings.asterisk_http_port
    for path in ("/sign-in", "/nowhere", "/static/app.css", "/api/openapi.json", "/desk"):
        policy = (await stranger.get(path)).headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert f"ws://localhost:{port}" in policy
        assert "frame-ancestors 'none'" in policy


async def test_the_policy_follows_the_name_in_the_address_but_never_its_tricks(
    app: FastAPI, stranger: Browser
) -> None:
    port = app.state.settings.asterisk_http_port
    named = await stranger.get("/sign-in", headers={"Host": "desk.example:8080"})
    assert f"ws://desk.example:{port};" in named.headers["content-security-policy"]
    tricky = await stranger.get("/sign-in", headers={"Host": "a; script-src *"})
    assert "*" not in tricky.headers["content-security-policy"]
    assert f"ws://localhost:{port};" in tricky.headers["content-security-policy"]


async def test_pages_have_no_inline_script_or_style(agent1: Browser) -> None:
    text = (await agent1.get("/desk", headers={"Accept": "text/html"})).text
    assert "<style" not in text
    assert not re.search(r"<[^>]+\sstyle=", text)
    assert not re.search(r"<[^>]+\son[a-z]+=", text)
    scripts = re.findall(r"<script[^>]*>", text)
    assert scripts
    assert all("src=" in each or 'type="application/json"' in each for each in scripts)


async def test_another_site_cannot_act_here(app: FastAPI, telephony: Telephony) -> None:
    async with browser(app) as client:
        await client.sign_in("agent1")
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            answer = await client.post("/desk/phone", json={"page": "0" * 8}, headers=headers)
            assert answer.status_code == 403
            assert answer.json()["error"]["code"] == "cross-site"
        client.headers.pop("Sec-Fetch-Site")
        foreign = {"Origin": "http://evil.example"}
        answer = await client.post("/desk/phone", json={"page": "0" * 8}, headers=foreign)
        assert answer.status_code == 403
        unmarked = await client.post("/desk/phone", json={"page": "0" * 8})
        assert unmarked.status_code == 403
    assert telephony.ari.made == []


async def test_refusals_tell_code_and_words_in_both_languages(agent1: Browser) -> None:
    error = (await agent1.get("/api/customers/999999")).json()["error"]
    assert error["code"] == "not-found"
    assert error["messages"] == {"zh_CN": "未找到。", "en": "Not found."}
    assert error["message"] == "Not found."


async def test_bad_input_names_the_field_and_not_its_value(agent1: Browser) -> None:
    answer = await agent1.post("/desk/phone", json={"page": "<script>"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"
    assert "page" in answer.text
    assert "script" not in answer.text


async def test_a_fault_of_ours_is_told_without_its_inside(
    app: FastAPI, agent1: Browser, telephony: Telephony
) -> None:
    async def broken(_endpoint: str) -> None:
        raise RuntimeError("secret inside")

    telephony.ari.make = broken  # type: ignore[assignment, method-assign]
    answer = await agent1.post("/desk/phone", json={"page": "0" * 8})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text


async def test_missing_page_is_a_page(stranger: Browser) -> None:
    page = await stranger.get("/nowhere")
    assert page.status_code == 404
    assert "Not found." in page.text
    assert "text/html" in page.headers["content-type"]


async def test_huge_bodies_are_refused_by_length_and_by_flood(agent1: Browser) -> None:
    answer = await agent1.post("/desk/phone", content=b"x" * 2_000_001)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")

    async def flood() -> object:
        for _ in range(300):
            yield b"x" * 10_000

    answer = await agent1.post("/desk/phone", content=flood())  # type: ignore[arg-type]
    assert answer.status_code == 413


async def test_api_describes_itself_with_permissions_and_without_pages(stranger: Browser) -> None:
    described = (await stranger.get("/api/openapi.json")).json()
    agents = described["paths"]["/api/agents"]["get"]
    assert agents["x-permissions"] == ["see-board"]
    refusal = agents["responses"]["422"]["content"]["application/json"]["schema"]
    assert refusal == {"$ref": "#/components/schemas/Refusal"}
    assert described["components"]["schemas"]["Refusal"]["required"] == ["error"]
    assert "401" not in described["paths"]["/health"]["get"]["responses"]
    assert all(path.startswith(("/api/", "/health", "/metrics")) for path in described["paths"])
    docs = await stranger.get("/api/docs")
    assert "/api/agents" in docs.text
    assert "http://" not in docs.text.replace("http://localhost", "")


async def test_api_tells_how_each_operation_answers(stranger: Browser) -> None:
    paths = (await stranger.get("/api/openapi.json")).json()["paths"]
    record = paths["/api/audit/{table}/{row}"]["get"]
    assert record["x-permissions"] == ["see-audit"]
    assert {"401", "403", "404"} <= set(record["responses"])
    down = paths["/health"]["get"]["responses"]["503"]["content"]["application/json"]["schema"]
    assert down == {"$ref": "#/components/schemas/HealthOut"}
    assert set(paths["/metrics"]["get"]["responses"]["200"]["content"]) == {"text/plain"}


async def test_static_files_may_be_kept_only_under_their_mark(stranger: Browser) -> None:
    plain = await stranger.get("/static/app.css")
    marked = await stranger.get("/static/app.css?v=12345678")
    assert plain.headers["cache-control"] == "no-cache"
    assert "max-age" in marked.headers["cache-control"]
    assert (await stranger.get("/static/../app.py")).status_code == 404


def test_each_place_of_the_navigation_has_a_key_of_its_own() -> None:
    keys = [item.key for item in NAVIGATION]
    assert len(set(keys)) == len(keys)
