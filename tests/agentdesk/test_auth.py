"""Who gets in, how, and what a refusal looks like."""

from fastapi import FastAPI

from agentdesk.auth import SESSION_COOKIE, next_page
from crm.staff.auth import make_token
from crm.staff.service import give_password
from mainline.db import Database
from tests.agentdesk.conftest import PASSWORD, Browser, browser


async def test_sign_in_leads_to_the_own_desk(stranger: Browser) -> None:
    await stranger.sign_in("agent1")
    start = await stranger.get("/")
    assert (start.status_code, start.headers["location"]) == (303, "/desk")


async def test_leader_starts_at_the_board(stranger: Browser) -> None:
    await stranger.sign_in("leader")
    assert (await stranger.get("/")).headers["location"] == "/board"


async def test_session_cookie_is_closed_to_scripts_and_other_sites(stranger: Browser) -> None:
    signed = await stranger.sign_in("agent1")
    cookie = next(c for c in signed.headers.get_list("set-cookie") if SESSION_COOKIE in c)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_cookie_is_secure_with_https(app: FastAPI) -> None:
    app.state.settings = app.state.settings.model_copy(update={"https": True})
    async with browser(app) as client:
        signed = await client.sign_in("agent1")
    assert all("Secure" in each for each in signed.headers.get_list("set-cookie"))


async def test_wrong_password_is_refused_without_saying_what_was_wrong(stranger: Browser) -> None:
    wrong = await stranger.sign_in("agent1", "wrong password")
    unknown = await stranger.sign_in("nobody", "wrong password")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace("agent1", "") == unknown.text.replace("nobody", "")
    assert SESSION_COOKIE not in stranger.cookies


async def test_guessing_is_stopped_even_with_the_right_password(stranger: Browser) -> None:
    for _ in range(5):
        assert (await stranger.sign_in("agent1", "wrong password")).status_code == 401
    assert (await stranger.sign_in("agent1", PASSWORD)).status_code == 429
    assert SESSION_COOKIE not in stranger.cookies


async def test_signing_out_ends_the_session_on_the_server(stranger: Browser) -> None:
    await stranger.sign_in("agent1")
    token = stranger.cookies[SESSION_COOKIE]
    await stranger.post("/sign-out")
    stranger.cookies.set(SESSION_COOKIE, token, domain="localhost")
    assert (await stranger.get("/desk")).headers["location"] == "/sign-in?next=/desk"


async def test_bearer_token_opens_the_api_of_its_role_only(
    stranger: Browser, company: Database
) -> None:
    async with company.unit_of_work() as session:
        token = await make_token(session, role="leader")
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await stranger.get("/api/agents", headers=bearer)).status_code == 200
    assert (await stranger.get("/desk", headers=bearer)).status_code == 403
    other = {"Authorization": f"Bearer {token}x"}
    assert (await stranger.get("/api/agents", headers=other)).status_code == 401


async def test_language_is_switched_and_kept(stranger: Browser) -> None:
    assert 'lang="en"' in (await stranger.get("/sign-in")).text
    await stranger.post("/language", data={"language": "zh_CN", "next": "/sign-in"})
    page = await stranger.get("/sign-in")
    assert 'lang="zh-CN"' in page.text
    assert "用户名" in page.text


def test_nobody_is_led_away_after_signing_in() -> None:
    for bait in ("//evil.example", "https://evil.example", "/\\evil.example", "desk", "/a\n/b"):
        assert next_page(bait, "/") == "/"
    assert next_page("/desk", "/") == "/desk"


async def test_a_password_for_once_leads_to_the_choice_of_an_own_one_and_then_to_work(
    stranger: Browser, company: Database
) -> None:
    async with company.unit_of_work() as session:
        once = await give_password(session, "agent1")
    await stranger.post("/language", data={"language": "en"})
    signed = await stranger.post("/sign-in", data={
        "login": "agent1", "password": once, "next": "/desk",
    })  # fmt: skip
    assert signed.headers["location"] == "/account"
    assert (await stranger.get("/")).headers["location"] == "/account"
    assert (await stranger.get("/desk")).status_code == 403
    assert "Somebody else gave you this password" in (await stranger.get("/account")).text
    form = {"present": once, "wanted": "mine alone now", "again": "mine alone then"}
    refused = await stranger.post("/account/password", data=form)
    assert (refused.status_code, "not typed the same twice" in refused.text) == (422, True)
    chosen = await stranger.post("/account/password", data={**form, "again": form["wanted"]})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/")
    assert (await stranger.get("/")).headers["location"] == "/desk"
