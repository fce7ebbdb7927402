import re

import pytest
from sqlalchemy import select

from agentdesk.quality.views import router
from mainline.db import Database
from mainline.web import undeclared
from recordings.models import Recording, RecordingAccess
from tests.agentdesk.quality.conftest import OTHER
from tests.recordings.sounds import CALL
from tests.support.pages import Pages

RECORDED = select(Recording.id).where(Recording.call_id == CALL)


def listed(text: str) -> list[str]:
    return re.findall(r'<a href="/calls/([^"]+)" data-open>', text)


async def test_the_list_of_recordings_shows_only_what_can_be_heard(desk: Pages):
    answer = await desk.get("/quality")
    assert answer.status_code == 200
    assert listed(answer.text) == [CALL]
    assert "王**" in answer.text
    assert "王建国" not in answer.text
    assert "李娜" in answer.text
    assert "No heating" in answer.text


async def test_the_list_of_calls_shows_all_newest_first(desk: Pages):
    assert listed((await desk.get("/calls")).text) == [OTHER, CALL]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("caller=13800008000", [CALL]),
        ("caller=138 0000 8000", [CALL]),
        ("caller=8000", [CALL]),
        ("caller=王建国", [CALL]),
        ("caller=4567", [OTHER]),
        (f"caller={CALL}", [CALL]),
        ("caller=张三", []),
        ("caller=%25", []),
        ("agent=8001", [OTHER, CALL]),
        ("agent=8002", []),
        ("queue=repair&outcome=answered", [OTHER, CALL]),
        ("outcome=abandoned", []),
        ("reason=fault", [OTHER, CALL]),
        ("reason=billing", []),
        ("customer=5", [CALL]),
        ("since=2000-01-01&until=2000-01-02", []),
        ("since=2000-01-01&until=", [OTHER, CALL]),
    ],
)
async def test_calls_are_found_by_any_of_their_facts(desk: Pages, query: str, found: list[str]):
    answer = await desk.get(f"/calls?{query}")
    assert answer.status_code == 200
    assert listed(answer.text) == found


@pytest.mark.parametrize("query", ["since=yesterday", "customer=x", "caller=" + "9" * 65])
async def test_nonsense_in_the_form_is_refused(desk: Pages, query: str):
    assert (await desk.get(f"/calls?{query}")).status_code == 422


async def test_numbers_are_masked_for_who_may_not_see_them(desk: Pages):
    for path in ("/calls", "/quality", f"/calls/{CALL}"):
        assert "13800008000" not in (await desk.get(path)).text
    desk.sign_in("leader")
    assert "13800008000" in (await desk.get(f"/calls/{CALL}")).text


async def test_the_page_of_a_call_tells_its_story_and_plays_it(
    desk: Pages, sqlite_database: Database
):
    text = (await desk.get(f"/calls/{CALL}")).text
    async with sqlite_database.reading() as session:
        recording = await session.scalar(RECORDED)
    assert f'data-recording="{recording}"' in text
    assert "8001 answers" in text
    assert "waits in Fault reports" in text
    assert text.count('class="mark') >= 4
    assert "Not wrapped up." in text


async def test_looking_at_the_page_is_no_hearing_yet(desk: Pages, sqlite_database: Database):
    await desk.get(f"/calls/{CALL}")
    async with sqlite_database.reading() as session:
        assert list(await session.scalars(select(RecordingAccess))) == []


async def test_who_heard_it_is_shown_on_the_page(desk: Pages, sqlite_database: Database):
    async with sqlite_database.reading() as session:
        recording = await session.scalar(RECORDED)
    desk.sign_in("quality", name="qian")
    assert (await desk.get(f"/api/recordings/{recording}/audio")).status_code == 200
    text = (await desk.get(f"/calls/{CALL}")).text
    assert "Heard by" in text
    assert "qian" in text


async def test_an_agent_reads_the_story_but_gets_no_player(desk: Pages):
    desk.sign_in("agent")
    assert (await desk.get("/quality")).status_code == 403
    assert (await desk.get("/recordings")).status_code == 403
    text = (await desk.get(f"/calls/{CALL}")).text
    assert "8001 answers" in text
    assert "data-recording" not in text
    assert "/audio" not in text


async def test_who_has_no_calls_sees_none(desk: Pages):
    desk.sign_in("cashier")
    for path in ("/calls", f"/calls/{CALL}", "/quality"):
        assert (await desk.get(path)).status_code == 403


@pytest.mark.parametrize(
    ("state", "words"),
    [("pending", "being put together"), ("missing", "no sound"), ("deleted", "was deleted on")],
)
async def test_what_cannot_be_heard_says_why(
    desk: Pages, sqlite_database: Database, state: str, words: str
):
    async with sqlite_database.unit_of_work() as session:
        recording = await session.get_one(Recording, await session.scalar(RECORDED))
        recording.state, recording.deleted_at = state, recording.started_at
    text = (await desk.get(f"/calls/{CALL}")).text
    assert words in text
    assert "data-recording" not in text


async def test_only_this_answer_allows_the_waveforms_style_sheet(desk: Pages):
    first = await desk.get(f"/calls/{CALL}")
    policy = first.headers["content-security-policy"]
    (nonce,) = re.findall(r"style-src 'self' 'nonce-([\w-]+)';", policy)
    assert f'data-nonce="{nonce}"' in first.text
    assert "unsafe-inline" not in policy
    again = (await desk.get(f"/calls/{CALL}")).headers["content-security-policy"]
    assert nonce not in again
    assert "nonce" not in (await desk.get("/calls")).headers["content-security-policy"]


@pytest.mark.parametrize("call", ["none", "..", "%3Cscript%3E", "x" * 65])
async def test_an_unknown_call_is_not_found(desk: Pages, call: str):
    assert (await desk.get(f"/calls/{call}")).status_code in {404, 422}


async def test_a_long_list_goes_on_where_it_ended(desk: Pages, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("agentdesk.quality.views.LIMIT", 1)
    first = (await desk.get("/calls?agent=8001")).text
    assert listed(first) == [OTHER]
    (after,) = re.findall(r'href="(/calls\?agent=8001&amp;after=[^"]+)"', first)
    assert listed((await desk.get(after.replace("&amp;", "&"))).text) == [CALL]


async def test_both_languages(desk: Pages):
    for path in ("/calls", "/quality", f"/calls/{CALL}"):
        text = (await desk.get(path, language="zh-CN")).text
        assert '<html lang="zh-CN">' in text
        assert "<style" not in text
        assert " style=" not in text


def test_every_route_names_its_permission():
    assert undeclared(router.routes) == []
