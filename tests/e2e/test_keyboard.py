"""The page with the keyboard alone."""

from __future__ import annotations

from playwright.async_api import Page, expect

from local.processes import Child
from tests.e2e.browsing import ODD, QUIET, open_view
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer
from tests.e2e.test_incidents import find_stored

pytestmark = BROWSED

# What the thing that has the focus is called: by its label, or by what it says.
NAME = """
() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()
"""
SECTION = "document.activeElement.closest('section')?.dataset.section"


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
