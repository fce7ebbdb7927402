"""Who is told of facts, as a page for administrators."""

import re
from collections.abc import AsyncIterator

import pytest

from agentdesk.admin import views
from mainline.config import Settings
from mainline.db import Database
from tests.support.pages import Pages, pages

FORM = {"name": "对账系统", "url": "https://example.com/hook", "kinds": "call.* agent.ready"}


@pytest.fixture
async def admin(sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with pages(settings, sqlite_database, [views.router], "admin") as opened:
        yield opened


async def test_a_receiver_is_made_stopped_goes_on_and_is_removed(admin: Pages) -> None:
    assert "No other system is told" in (await admin.get("/admin/webhooks")).text
    made = await admin.post("/admin/webhooks", FORM)
    secret = re.search(r"<code>([0-9a-f]{64})</code>", made.text)
    assert (made.status_code, secret is not None) == (200, True)
    page = await admin.get("/admin/webhooks?show=1", language="zh")
    assert secret is not None
    assert secret[1] not in page.text
    assert "推送中" in page.text
    changed = await admin.post("/admin/webhooks/1/secret")
    assert re.findall(r"<code>([0-9a-f]{64})</code>", changed.text) != [secret[1]]
    assert (await admin.post("/admin/webhooks/1/pause")).status_code == 303
    assert "已停止" in (await admin.get("/admin/webhooks", language="zh")).text
    assert (await admin.post("/admin/webhooks/1/resume")).status_code == 303
    assert (await admin.post("/admin/webhooks/1/remove")).status_code == 303
    assert (await admin.post("/admin/webhooks/1/pause")).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://127.0.0.1/"},
        {"url": "http://10.0.0.1/"},
        {"kinds": "no.such"},
        {"name": " "},
    ],
)
async def test_what_is_wrong_is_said_and_nobody_is_told(
    admin: Pages, wrong: dict[str, str]
) -> None:
    refused = await admin.post("/admin/webhooks", FORM | wrong)
    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    assert "No other system is told" in (await admin.get("/admin/webhooks")).text


async def test_it_is_for_administrators(admin: Pages) -> None:
    admin.sign_in("leader")
    assert (await admin.get("/admin/webhooks")).status_code == 403
    assert (await admin.post("/admin/webhooks", FORM)).status_code == 403
