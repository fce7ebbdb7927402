"""axe-core looks at the pages of each desk, in both languages: nothing serious."""

import pytest

from tests.browser.conftest import Chromium
from tests.support.looking import serious

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FILLED = {
    "/customers/addresses": "#waits .choice button",
    "/admin/staff": "tbody tr",
    "/desk": "#light-link.good",
    "/dispatch": "body[data-started=true]",
    "/board": ".light.good[data-link]",
    "/field": "#state[data-link=ok]",
}
"""What has to be there, so that not only the empty page is looked at."""
PAGES = {
    "agent2": [
        "/desk",
        "/calls",
        "/messages",
        "/work-orders",
        "/appointments",
        "/callbacks",
        "/customers",
        "/outbound",
    ],
    "leader": [
        "/board",
        "/board/wall",
        "/board/alerts",
        "/customers/duplicates",
        "/customers/addresses",
        "/knowledge",
        "/knowledge/1",
        "/knowledge/new",
        "/knowledge/report",
        "/standards",
        "/outages",
        "/outbound/campaigns",
        "/requests",
        "/matters",
        "/customers/watched",
        "/exports",
        "/bulletins",
        "/statistics/work-orders",
    ],
    "quality": ["/quality"],
    "dispatcher": ["/dispatch"],
    "field": ["/field"],
    "admin": [
        "/admin",
        "/admin/menus",
        "/admin/menus/main",
        "/admin/definitions",
        "/admin/staff",
        "/admin/staff/new",
        "/admin/staff/person/agent1",
        "/admin/staff/person/field",
        "/admin/roles",
        "/admin/roles/leader",
        "/admin/roles/new",
        "/admin/audit",
        "/admin/webhooks",
        "/admin/imports",
        "/admin/forms/life_cycle/company",
        "/linkage",
    ],
}


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize("login", PAGES)
async def test_nothing_serious_on_any_page(agents: Chromium, login: str, language: str) -> None:
    page = await agents.page(language=language)
    await agents.sign_in(page, login)
    found: dict[str, list[str]] = {}
    for path in PAGES[login]:
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        await page.wait_for_load_state("load")
        assert await page.locator("html").get_attribute("lang") == language.removesuffix("-US")
        if path in FILLED:
            await page.locator(FILLED[path]).first.wait_for()
        found[path] = await serious(page)
    assert {path: words for path, words in found.items() if words} == {}
    assert agents.complaints == []


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
async def test_nothing_serious_on_an_order(agents: Chromium, language: str) -> None:
    page = await agents.page(language=language)
    await agents.sign_in(page, "agent2")
    await page.goto("/work-orders")
    await page.click("main a[href^='/work-orders/']")
    await page.wait_for_url(lambda url: "/work-orders/" in url)
    assert await serious(page) == []
    assert agents.complaints == []


async def test_nothing_serious_on_the_pages_for_everybody(agents: Chromium) -> None:
    page = await agents.page()
    for path in ("/sign-in", "/try"):
        await page.goto(path)
        assert await serious(page) == [], path
    assert agents.complaints == []
