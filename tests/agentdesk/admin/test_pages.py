from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from agentdesk.admin.views import router
from crm.migration.prepare import prepare
from crm.migration.sample.company import Company, Size
from crm.migration.service import bring_in
from crm.staff.models import User
from ivr.kinds import IVR_MENU
from mainline import definitions
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.journal import entries_after
from mainline.web import undeclared
from tests.ivr.test_studio import sound_file
from tests.support.clock import StandingClock
from tests.support.pages import Pages, pages

MENU = PROJECT / "packs" / "heat" / "menus" / "main.yaml"


@pytest.fixture
async def desk(settings: Settings, sqlite_database: Database) -> AsyncIterator[Pages]:
    body = yaml.safe_load(MENU.read_text("utf-8"))
    async with sqlite_database.unit_of_work() as session:
        await definitions.install(session, IVR_MENU.name, "main", body, by="pack", why="first")
        session.add(User(login="li", name="李娜", password_hash="x", roles=["agent"],
                         agent_number="8001"))  # fmt: skip
    async with pages(settings, sqlite_database, [router], "admin") as opened:
        yield opened


PATHS = (
    "/admin/menus",
    "/admin/menus/main",
    "/admin/definitions",
    "/admin/definitions/ivr_menu/main",
    "/admin/definitions/recording_retention/default",
    "/admin/staff",
    "/admin/audit",
    "/admin/imports",
    "/admin/health",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_page_opens_in_both_languages(desk: Pages, path: str, language: str):
    answer = await desk.get(path, language=language)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    HTMLParser().feed(answer.text)


@pytest.mark.parametrize("path", PATHS)
async def test_who_answers_calls_does_not_administer(desk: Pages, path: str):
    desk.sign_in("agent")
    assert (await desk.get(path)).status_code == 403


@pytest.mark.parametrize("path", ["/admin/staff", "/admin/imports", "/admin/health"])
async def test_a_leader_sees_menus_but_not_staff_and_health(desk: Pages, path: str):
    desk.sign_in("leader")
    assert (await desk.get("/admin/menus")).status_code == 200
    assert (await desk.get(path)).status_code == 403


async def test_the_menu_is_drawn_with_its_nodes(desk: Pages):
    text = (await desk.get("/admin/menus/main")).text
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="menu-tree"' in text
    tree = IVR_MENU.parse(yaml.safe_load(MENU.read_text("utf-8")))
    for node in tree.nodes:
        assert f'data-node="{node}"' in text


async def test_no_page_needs_an_inline_script_or_style(desk: Pages):
    for path in PATHS:
        text = (await desk.get(path)).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


async def test_draft_then_publish_puts_the_text_in_force(desk: Pages, sqlite_database: Database):
    page = "/admin/definitions/recording_retention/default"
    answer = await desk.post(page, {"text": "answered_days: 90", "why": "law"})
    assert answer.headers["location"] == f"{page}?version=1"
    async with sqlite_database.reading() as session:
        assert await definitions.names(session, "recording_retention") == []
    assert (await desk.post(f"{page}/1/publish", {"why": "law"})).status_code == 303
    async with sqlite_database.reading() as session:
        found = await definitions.current(session, "recording_retention", "default")
    assert (found.body.answered_days, found.published_by, found.why) == (90, "chen", "law")


async def test_draft_with_mistakes_is_shown_and_not_published(
    desk: Pages, sqlite_database: Database
):
    page = "/admin/definitions/recording_retention/default"
    await desk.post(page, {"text": "answered_days: 1", "why": ""})
    answer = await desk.post(f"{page}/1/publish", {"why": "now"})
    assert answer.status_code == 422
    assert "answered_days" in answer.text
    async with sqlite_database.reading() as session:
        assert await definitions.names(session, "recording_retention") == []


async def test_earlier_version_is_put_in_force_again_as_a_new_one(
    desk: Pages, sqlite_database: Database
):
    page = "/admin/definitions/recording_retention/default"
    for number, days in ((1, 90), (2, 365)):
        await desk.post(page, {"text": f"answered_days: {days}"})
        await desk.post(f"{page}/{number}/publish", {"why": "w"})
    answer = await desk.post(f"{page}/1/roll-back", {"why": "too long"})
    assert answer.headers["location"] == f"{page}?version=3"
    async with sqlite_database.reading() as session:
        found = await definitions.current(session, "recording_retention", "default")
    assert (found.version, found.body.answered_days) == (3, 90)


async def test_check_tells_mistakes_without_keeping_the_text(
    desk: Pages, sqlite_database: Database
):
    page = "/admin/definitions/recording_retention/default"
    bad = await desk.post(f"{page}/check", {"text": "answered_days: 1"})
    assert "notice bad" in bad.text
    assert "notice bad" in (await desk.post(f"{page}/check", {"text": "a: ["})).text
    assert "notice good" in (await desk.post(f"{page}/check", {"text": "{}"})).text
    async with sqlite_database.reading() as session:
        assert await definitions.history(session, "recording_retention", "default") == []


async def test_a_leader_may_look_but_not_change(desk: Pages, sqlite_database: Database):
    desk.sign_in("leader")
    page = "/admin/definitions/ivr_menu/main"
    assert "<textarea" not in (await desk.get(page)).text
    for path in (page, f"{page}/check", f"{page}/1/publish", f"{page}/1/roll-back"):
        assert (await desk.post(path, {"text": "{}", "why": "x"})).status_code == 403
    async with sqlite_database.reading() as session:
        assert len(await definitions.history(session, "ivr_menu", "main")) == 1


async def test_a_text_with_markup_is_shown_as_text(desk: Pages):
    page = "/admin/definitions/recording_retention/default"
    nasty = 'answered_days: "</textarea><script>alert(1)</script>"'
    await desk.post(page, {"text": nasty, "why": "<b>why</b>"})
    text = (await desk.get(f"{page}?version=1")).text
    assert "<script>alert" not in text
    assert "<b>why" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/menus/none",
        "/admin/menus/main?version=99",
        "/admin/definitions/none/x",
        "/admin/definitions/ivr_menu/main?version=99",
    ],
)
async def test_what_does_not_exist_is_not_found(desk: Pages, path: str):
    assert (await desk.get(path)).status_code == 404


async def test_staff_are_listed_with_their_number(desk: Pages):
    text = (await desk.get("/admin/staff")).text
    assert "李娜" in text
    assert "8001" in text
    assert "password" not in text.lower()


async def test_an_import_shows_rows_totals_and_what_is_wrong_without_anybodys_data(
    desk: Pages, settings: Settings, sqlite_database: Database, tmp_path: Path
):
    assert "mainline import" in (await desk.get("/admin/imports")).text
    Company(Size(customers=60, dirt=0.2)).write(tmp_path / "old", core=True)
    await prepare(settings, sqlite_database, lambda _words: None)
    await bring_in(sqlite_database, settings, tmp_path / "old", mapping="house", by="王工")
    listed = (await desk.get("/admin/imports")).text
    assert 'href="/admin/imports/1"' in listed
    assert "王工" in listed
    text = (await desk.get("/admin/imports/1", language="zh-CN")).text
    for words in ("分毫不差", "account-taken", "地址不明确", "客户资料.csv:", "账单.csv:"):
        assert words in text
    assert "1.234.5" not in text
    assert (await desk.get("/admin/imports/2")).status_code == 404


async def test_health_names_every_process(desk: Pages):
    text = (await desk.get("/admin/health")).text
    for process in ("asterisk", "gateway", "web", "worker"):
        assert process in text


def test_every_route_names_its_permission():
    assert undeclared(router.routes) == []


async def test_a_version_is_published_for_a_time_on_the_companys_clock_and_withdrawn(
    desk: Pages, sqlite_database: Database, clock: StandingClock
):
    page = "/admin/definitions/recording_retention/default"
    await desk.post(page, {"text": "answered_days: 90"})
    when = {"why": "season", "at": "2026-11-24T08:00"}
    assert (await desk.post(f"{page}/1/publish", when)).status_code == 303
    async with sqlite_database.reading() as session:
        [waiting] = await definitions.history(session, "recording_retention", "default")
        assert await definitions.names(session, "recording_retention") == []
    assert waiting.valid_from == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert "waits for its time" in (await desk.get(f"{page}?version=1")).text
    assert (await desk.post(f"{page}/1/withdraw")).status_code == 303
    clock.forward(days=2)
    async with sqlite_database.reading() as session:
        assert await definitions.names(session, "recording_retention") == []


async def test_a_moment_in_the_past_is_refused_in_words(desk: Pages, clock: StandingClock):
    page = "/admin/definitions/recording_retention/default"
    await desk.post(page, {"text": "answered_days: 90"})
    answer = await desk.post(f"{page}/1/publish", {"why": "w", "at": "2026-11-01T08:00"})
    assert answer.status_code == 422
    assert "from now on" in answer.text


async def test_who_edits_the_text_after_somebody_else_is_told_and_overwrites_nothing(
    desk: Pages, sqlite_database: Database
):
    page = "/admin/definitions/ivr_menu/main"
    assert 'name="after" value="1"' in (await desk.get(page)).text
    assert (await desk.post(page, {"text": "{}", "after": "1"})).status_code == 303
    answer = await desk.post(page, {"text": "a: 1", "after": "1"}, language="zh-CN")
    assert answer.status_code == 409
    assert "chen 已保存版本 2" in answer.text
    async with sqlite_database.reading() as session:
        assert len(await definitions.history(session, "ivr_menu", "main")) == 2


async def test_a_leader_sees_callers_on_the_drawing_and_edits_nothing(desk: Pages):
    desk.sign_in("leader")
    body = yaml.safe_load(MENU.read_text("utf-8"))
    asked = {"body": body, "selected": "main"}
    look = await desk.send("/admin/menus/main/look", asked)
    assert look.status_code == 200
    assert '<fieldset class="plain" disabled>' in look.json()["panel"]
    act = {**asked, "act": {"do": "remove", "node": "lunch"}}
    assert (await desk.send("/admin/menus/main/edit", act)).status_code == 403
    kept = {"body": body, "after": 1}
    assert (await desk.send("/admin/menus/main/draft", kept)).status_code == 403
    fields = {"text": "您好", "language": "zh"}
    assert (await desk.post("/admin/menus/recordings/remove", fields)).status_code == 403


async def test_an_edit_answers_the_tree_its_picture_and_its_mistakes(desk: Pages):
    body = yaml.safe_load(MENU.read_text("utf-8"))
    act = {"do": "connect", "node": "hours", "how": "lunch", "to": "main"}
    told = (await desk.send("/admin/menus/main/edit", {"body": body, "act": act})).json()
    assert told["body"]["nodes"]["hours"]["lunch"] == "main"
    assert (told["errors"], told["warnings"]) == (1, 0)
    assert 'menu-error" role="option" aria-selected="false" id="node-lunch"' in told["drawing"]
    assert "No way leads here." in told["problems"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"body": {}}, "edit-refused"),
        ({"body": {"nodes": []}}, "edit-refused"),
        ({"body": {"a": 1}, "act": {"do": "nonsense"}}, "invalid"),
        ({"body": {}, "period": {"since": "2026-01-02", "until": "2026-01-01"}}, "invalid"),
        ({"body": {}, "period": {"since": "2020-01-01", "until": "2026-01-01"}}, "invalid"),
    ],
)
async def test_what_is_no_menu_is_refused_in_words(desk: Pages, asked: dict, code: str):
    where = "edit" if "act" in asked else "look"
    answer = await desk.send(f"/admin/menus/main/{where}", asked)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code


async def test_a_new_menu_begins_as_the_smallest_one_and_an_old_one_is_left_alone(
    desk: Pages, sqlite_database: Database
):
    answer = await desk.post("/admin/menus", {"name": "winter"})
    assert answer.headers["location"] == "/admin/menus/winter?version=1"
    assert 'data-node="agent"' in (await desk.get("/admin/menus/winter")).text
    assert 'href="/admin/menus/winter"' in (await desk.get("/admin/menus")).text
    await desk.post("/admin/menus", {"name": "main"})
    async with sqlite_database.reading() as session:
        assert len(await definitions.history(session, "ivr_menu", "main")) == 1


async def test_words_of_which_none_can_be_said_are_refused_and_no_voice_is_missed(desk: Pages):
    answer = await desk.send("/admin/menus/speech", {"texts": ["", " "], "language": "zh"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


async def test_a_recorded_prompt_leaves_a_fact_with_who_and_no_words(
    desk: Pages, sqlite_database: Database, settings: Settings
):
    fields = {"text": "您好", "language": "zh"}
    kept = await desk.client.post(
        "/admin/menus/recordings", data=fields, files={"sound": ("a.wav", sound_file(2))},
        headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert kept.json() == {"seconds": pytest.approx(2, 0.1)}
    assert len(list((settings.sounds_dir / "studio" / "zh").iterdir())) == 1
    bad = await desk.client.post(
        "/admin/menus/recordings", data=fields, files={"sound": ("a.wav", b"no sound")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert (bad.status_code, bad.json()["error"]["code"]) == (422, "not-a-sound")
    assert (await desk.post("/admin/menus/recordings/remove", fields)).status_code == 204
    async with sqlite_database.reading() as session:
        told = [each.event for each in await entries_after(session, 0)][1:]
    assert [(event.kind, event.by) for event in told] == [
        ("prompt.recorded", "chen"),
        ("prompt.removed", "chen"),
    ]
    assert "您好" not in "".join(event.model_dump_json() for event in told)


async def test_who_publishes_beside_the_drawing_stays_there(desk: Pages):
    body = yaml.safe_load(MENU.read_text("utf-8"))
    await desk.send("/admin/menus/main/draft", {"body": body, "after": 1})
    page = "/admin/definitions/ivr_menu/main/2"
    answer = await desk.post(f"{page}/publish", {"why": "w", "view": "drawing"})
    assert answer.headers["location"] == "/admin/menus/main?version=2"
    assert 'name="view" value="drawing"' in (await desk.get("/admin/menus/main?version=1")).text
