"""Knowledge as pages: searched, read, written, approved, beside a call."""

import re
from collections.abc import AsyncIterator

import pytest

from agentdesk.knowledge import views
from crm.catalog import service as catalog
from crm.knowledge import demo, prepare, segment
from mainline.config import Settings
from mainline.db import Database
from tests.support.pages import Pages, pages

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def desk(sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    segment.ready()
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await demo.load(session, settings.pack)
    await prepare.prepare(settings, sqlite_database, lambda _: None)
    async with pages(settings, sqlite_database, [views.router], "agent") as opened:
        yield opened


def form(**more: str) -> dict[str, str]:
    return {"title_zh": HOSTILE, "body_zh": "## 一\n- 二\n", "tags": "甲，乙", **more}


async def test_a_search_shows_where_it_hits_and_what_was_meant(desk: Pages) -> None:
    page = await desk.get("/knowledge?q=抱停手续", language="zh")
    assert page.status_code == 200
    first = page.text.index('href="/knowledge/')
    assert "<mark>报停手续</mark>" in page.text[first : first + 200]
    assert "同时搜索了：报停" in page.text
    assert "已告知编辑" in (await desk.get("/knowledge?q=宠物保险", language="zh")).text
    assert HOSTILE not in (await desk.get(f"/knowledge?q={HOSTILE}")).text


async def test_the_wording_beside_a_call_follows_the_reason_and_the_search(desk: Pages) -> None:
    beside = await desk.get("/knowledge/beside?reason=business_suspend", language="zh")
    titles = re.findall(r"<summary>(.*?)</summary>", beside.text)
    assert titles == ["报停手续办理", "营业厅地址与营业时间"]
    assert "报停要在供暖开始前15天办理" in beside.text
    assert (
        "Suspension is applied for"
        in (await desk.get("/knowledge/beside?reason=business_suspend")).text
    )
    found = await desk.get("/knowledge/beside?q=fangqi", language="zh")
    assert re.findall(r"<summary>(.*?)</summary>", found.text) == ["供暖不热自查与放气方法"]
    assert "appears here" in (await desk.get("/knowledge/beside")).text
    assert "No wording belongs" in (await desk.get("/knowledge/beside?reason=silent_x")).text
    opened = await desk.send("/knowledge/1/opened", {})
    assert opened.status_code == 204
    assert (await desk.send("/knowledge/999/opened", {})).status_code == 404


async def test_one_writes_and_another_approves(desk: Pages) -> None:
    assert (await desk.get("/knowledge/new")).status_code == 403
    desk.sign_in("quality", name="李娜", user_id=1)
    made = await desk.post("/knowledge/new", form(valid_from="2026-01-01"))
    assert made.status_code == 303
    path = made.headers["location"].removesuffix("/edit")
    page = await desk.get(f"{path}/edit")
    assert HOSTILE not in page.text
    seen = re.search(r'name="seen" value="(\d+)"', page.text)
    assert seen is not None
    kept = await desk.post(f"{path}/edit", form(seen=seen[1], title_zh="新文章"))
    assert kept.status_code == 303
    late = await desk.post(f"{path}/edit", form(seen=seen[1]))
    assert (late.status_code, "Nothing was overwritten" in late.text) == (409, True)
    file = ("file", ("说明.txt", b"text", "text/html"))
    sent = await desk.client.post(f"{path}/files", files=[file], headers=SAME)
    assert sent.status_code == 303
    assert (await desk.post(f"{path}/submit")).status_code == 303
    assert (await desk.post(f"{path}/approve")).status_code == 403
    desk.sign_in("agent", user_id=3)
    assert (await desk.get(path)).status_code == 404
    desk.sign_in("leader", name="王磊", user_id=2)
    assert "新文章" in (await desk.get("/knowledge/work")).text
    assert 'data-key="a"' in (await desk.get(f"{path}?version=1")).text
    assert (await desk.post(f"{path}/approve")).status_code == 303
    desk.sign_in("agent", user_id=3)
    shown = await desk.get(path)
    assert ("新文章" in shown.text, "<h3>一</h3>" in shown.text) == (True, True)
    link = re.search(r'href="(/knowledge/attachments/\d+)"', shown.text)
    assert link is not None
    download = await desk.get(link[1])
    assert download.headers["content-type"] == "text/plain; charset=utf-8"
    assert download.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8")
    assert download.headers["content-security-policy"].startswith("sandbox")
    assert download.headers["x-content-type-options"] == "nosniff"


SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


async def test_who_wrote_is_told_that_somebody_else_has_to_approve(desk: Pages) -> None:
    desk.sign_in("leader", name="王磊", user_id=2)
    made = await desk.post("/knowledge/new", form())
    path = made.headers["location"].removesuffix("/edit")
    await desk.post(f"{path}/submit")
    page = await desk.get(f"{path}?version=1")
    assert "somebody else has to approve it" in page.text
    assert 'data-key="a"' not in page.text
    refused = await desk.post(f"{path}/approve")
    assert (refused.status_code, "cannot approve it" in refused.text) == (403, True)


async def test_a_search_in_vain_becomes_a_draft(desk: Pages) -> None:
    await desk.get("/knowledge?q=壁挂炉保养")
    assert (await desk.get("/knowledge/report")).status_code == 403
    desk.sign_in("leader", name="王磊", user_id=2)
    report = await desk.get("/knowledge/report")
    assert "壁挂炉保养" in report.text
    link = re.search(r'href="(/knowledge/new\?gap=[^"]+)"', report.text)
    assert link is not None
    page = await desk.get(link[1])
    assert 'value="壁挂炉保养"' in page.text
    made = await desk.post("/knowledge/new", form(title_zh="壁挂炉保养", gap="壁挂炉保养"))
    assert made.status_code == 303
    after = (await desk.get("/knowledge/report")).text
    assert "needs no article" not in after
    assert "Done about searches in vain" in after


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_zh": ""}, {"body_zh": ""}, {"valid_from": "2026-02-30"}, {"tags": "长" * 30},
        {"valid_from": "2026-03-01", "valid_until": "2026-02-01"}, {"reasons": "no_such"},
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_and_what_was_written_stays(
    desk: Pages, wrong: dict[str, str]
) -> None:
    desk.sign_in("quality", name="李娜", user_id=1)
    refused = await desk.post("/knowledge/new", form(why="为了春天", **wrong) | wrong)
    assert refused.status_code == 422
    assert ('role="alert"' in refused.text, "为了春天" in refused.text) == (True, True)
    assert "Nobody is writing" in (await desk.get("/knowledge/work")).text
