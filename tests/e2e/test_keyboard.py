"""The page with the keyboard alone."""

from __future__ import annotations

from playwright.async_api import Page, expect

from local.processes import Child
from tests.e2e.browsing import ODD, QUIET, open_view
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer
from tests.e2e.test_every_view import list_views, open_whole
from tests.e2e.test_incidents import find_stored

pytestmark = BROWSED

# What the thing that has the focus is called: by its label, or by what it says.
NAME = """
() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()
"""
# Whether there is anything to be used whose name begins so: what is read first comes later.
IS_THERE = """
(text) => [
  ...document.querySelectorAll("a[href], summary, :is(button, input, select, textarea):enabled")
].some((each) => (each.labels?.[0] ?? each).textContent.trim().startsWith(text))
"""
SECTION = "document.activeElement.closest('section')?.dataset.section"
# More steps than there are controls: a time has parts, and the browser has controls of its own.
PARTS = 30
# Gives each control that can be used a number, and says how many there are.
NUMBER = """
() => {
  const controls = "a[href], summary, [tabindex='0'], :is(button, input, select, textarea):enabled";
  const seen = [...document.querySelectorAll(controls)]
    .filter((each) => each.tabIndex >= 0 && each.checkVisibility());
  seen.forEach((each, place) => { each.dataset.number = place; });
  return seen.map((each) => (each.labels?.[0] ?? each).textContent.trim().slice(0, 40));
}
"""
# The number of what has the focus, and whether that can be seen.
FOCUSED = """
() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const isSeen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return [Number(document.activeElement.dataset.number ?? -1), isSeen];
}
"""


async def test_every_view_can_be_reached_with_the_keyboard_alone(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await open_view(page, front_door)
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Skip to the content")).to_be_focused()
    for title in ("Incidents", "Alerts", "Work", "Model", "Try it", "Settings"):
        link = page.get_by_role("navigation").get_by_role("link", name=title)
        await tab_to(page, title)
        await expect(link).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(link).to_have_attribute("aria-current", "page")


async def tab_to(page: Page, text: str, most: int = 60) -> None:
    """Press Tab until the element whose name begins so has the focus."""
    await page.wait_for_function(IS_THERE, arg=text)
    for _ in range(most):
        if (await page.evaluate(NAME)).startswith(text):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{text} is not reached within {most} steps")


async def press(page: Page, text: str, key: str = "Enter") -> None:
    """Go to the element whose name begins so, and press it."""
    await tab_to(page, text)
    await page.keyboard.press(key)


async def test_an_incident_is_taken_put_aside_and_closed_and_work_is_paused(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door)
    await press(page, "Incidents")
    await press(page, "rig-1: speed_rpm")
    await expect(page.locator("main")).to_be_focused()
    state = page.locator("[data-handling]").first
    await press(page, "Acknowledge")
    await expect(state).to_have_text("acknowledged")
    assert await page.evaluate(SECTION) == "acts", "the focus stays where the button was"
    await press(page, "Shelve", "Space")
    await expect(page.get_by_role("button", name="Unshelve")).to_be_visible()
    assert (await find_stored(api)).suppression.shelf is not None
    await press(page, "Unshelve")
    await expect(page.get_by_role("button", name="Shelve", exact=True)).to_be_visible()
    assert (await find_stored(api)).suppression.shelf is None
    await press(page, "Close…")
    await page.keyboard.press("Tab")
    assert await page.evaluate(NAME) == "Close it all the same", "asked beside the button"
    await page.keyboard.press("Enter")
    await expect(state).to_have_text("closed")
    assert (await find_stored(api)).handling.forced
    await press(page, "Work")
    await press(page, "Pause", "Space")
    await expect(page.locator("#pause")).to_have_text("Resume")
    await expect(page.locator("#pause")).to_be_focused()
    setting = await api.plant.workshop.sites.find_setting("optimiser", SITE)
    assert setting is not None
    assert setting.entry.content == {"paused": True}


async def test_tab_reaches_every_control_of_every_view_and_is_seen_at_each(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    for view in await list_views(api, "rig-1"):
        await open_whole(page, front_door, view)
        api.live.is_cut = True  # what comes meanwhile would change the controls
        controls: list[str] = await page.evaluate(NUMBER)
        reached: set[int] = set()
        unseen: list[str] = []
        for _ in range(len(controls) + PARTS):
            await page.keyboard.press("Tab")
            number, is_seen = await page.evaluate(FOCUSED)
            if number >= 0:
                reached.add(number)
                unseen += [] if is_seen else [controls[number]]
        missed = [name for place, name in enumerate(controls) if place not in reached]
        assert missed == [], f"{view or 'overview'} of {len(controls)}"
        assert unseen == [], view or "overview"
        api.live.is_cut = False


async def test_what_is_opened_has_the_focus_and_gives_it_back(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door, "incidents")
    await press(page, "rig-1: speed_rpm")
    await press(page, "Not an anomaly")
    await expect(page.locator("[data-preview]")).to_be_visible()
    await tab_to(page, "Why")
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-preview]")).to_have_count(0)
    assert await page.evaluate(NAME) == "Not an anomaly…"
    await open_view(page, front_door, "incidents")
    await press(page, "rig-1: speed_rpm")
    await press(page, "Close…")
    await page.keyboard.press("Escape")
    assert await page.evaluate(NAME) == "Close…", "Escape is a no"
    await open_view(page, front_door, "notifications")
    await press(page, "New rule")
    await page.keyboard.press("Tab")
    assert await page.evaluate(NAME) == "Name", "the first field of what was opened"
    await press(page, "Leave it")
    await page.wait_for_function(f"() => {SECTION} === 'rules'")
    await open_view(page, front_door, "work")
    await press(page, "Preview")
    await press(page, "Close the preview")
    await page.wait_for_function(f"() => {SECTION} === 'work'")
