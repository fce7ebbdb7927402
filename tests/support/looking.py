"""What a page looks like to whoever reads it: nothing serious for axe-core, nothing cut off."""

from typing import Final

from playwright.async_api import Page, expect

from mainline.config import PROJECT

expect.set_options(timeout=60_000)
"""As long as everything else may take: a machine may be slow."""
_AXE: Final = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
_LOOK: Final = """async () => {
  const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "best-practice"] });
  return found.violations
    .filter((each) => each.impact === "serious" || each.impact === "critical")
    .map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
}"""
_CUT_OFF: Final = """
() => [...document.querySelectorAll("button, a, h1, h2, label, td, select, .tag")]
  .filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 2)
  .filter((each) => !["inline"].includes(getComputedStyle(each).display))
  .filter((each) => getComputedStyle(each).textOverflow !== "ellipsis")
  .map((each) => each.outerHTML.slice(0, 120))
"""
_BEYOND: Final = """
() => [document.documentElement.scrollWidth - innerWidth,
       document.documentElement.scrollHeight - innerHeight].map((more) => Math.max(0, more))
"""


async def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps people from using the page."""
    await page.evaluate(_AXE.read_text("utf-8"))
    found: list[str] = await page.evaluate(_LOOK)
    return found


async def cut_off(page: Page) -> list[str]:
    """What is wider than its place and not meant to end in dots."""
    found: list[str] = await page.evaluate(_CUT_OFF)
    return found


async def beyond(page: Page) -> tuple[int, int]:
    """How far the page runs out of the window: to the right, and down."""
    right, down = await page.evaluate(_BEYOND)
    return int(right), int(down)
