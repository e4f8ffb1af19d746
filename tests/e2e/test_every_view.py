"""What holds of every view: for those who cannot see well, for keys alone, at any width."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from local.processes import Child
from tests.e2e.browsing import ODD, QUIET, WITHIN_MS, open_view
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer
from tests.paths import ROOT
from tocsin.domain.incidents.site import IncidentQuery

AXE = ROOT / "dashboard/node_modules/axe-core/axe.min.js"
VIEWS = (
    "", "incidents", "maintenance", "notifications", "alarm-performance", "alerts", "work", "model",
    "settings",
)  # fmt: skip
EVIL = "<img src=x onerror=alert(1)>"
# Of each picture that is painted: what stands for it in words, and where arrow keys move in it.
CANVASES = """
() => [...document.querySelectorAll("canvas")].map((canvas) => {
  const slider = canvas.closest("[role=slider]");
  const figure = canvas.closest("figure");
  const tile = canvas.closest("[data-tile]");
  const label = (slider ?? canvas).getAttribute("aria-label");
  return {
    words: slider ? figure.querySelector(".described").textContent : label,
    name: slider ? label : tile?.dataset.tile,
    kind: slider ? "slider" : canvas.getAttribute("role"),
  };
})
"""
# What is pressed, and is not part of a sentence, that is lower or narrower than a thumb.
SMALL = """
() => [...document.querySelectorAll("button, select, summary, nav a, main input, .tile")]
  .filter((each) => each.checkVisibility() && each.type !== "checkbox")
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
  .map(([each, { width, height }]) => `${each.outerHTML.slice(0, 80)} ${width} x ${height}`)
"""
FOCUSED_TILE = "document.activeElement.dataset.tile"

pytestmark = BROWSED


async def list_views(api: PlantServer, device_id: str) -> list[str]:
    """Every view, those of a device and of its incident as well."""
    found = await api.plant.incidents.list_incidents(IncidentQuery(SITE))
    incidents = [f"incidents/{incident.incident_id}" for incident in found.incidents]
    assert incidents
    return [*VIEWS, f"devices/{device_id}", f"try?device={device_id}", *incidents]


async def open_whole(page: Page, front_door: Child, view: str) -> None:
    """Go there, and wait until what it reads is there."""
    await open_view(page, front_door, view)
    await expect(page.locator("main :is(.section, .chart)").first).to_be_visible()
    waiting = page.locator("main :is([role=status], .empty)", has_text="Loading")
    await expect(waiting).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_view_has_a_serious_flaw_for_those_who_cannot_see_well(
    front_door: Child, api: PlantServer, browser: Browser, scheme: str
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    # axe is put into the page past its content policy, which the other tests hold it to.
    context = await browser.new_context(
        bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = await context.new_page()
    found: list[str] = []
    for view in await list_views(api, "rig-1"):
        await open_whole(page, front_door, view)
        await page.add_script_tag(path=AXE)
        result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [
            f"{view or 'overview'}: {flaw['id']} {flaw['nodes'][0]['html'][:120]}"
            for flaw in result["violations"]
            if flaw["impact"] in {"serious", "critical"}
        ]
    await context.close()
    assert found == []


async def test_every_picture_has_words_and_a_cursor_that_arrow_keys_move(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await api.measure("rig-2", QUIET)
    seen: set[str] = set()
    for view in await list_views(api, "rig-1"):
        await open_whole(page, front_door, view)
        canvases: list[dict[str, Any]] = await page.evaluate(CANVASES)
        for canvas in canvases:
            assert canvas["words"], f"{view}: {canvas}"
            assert canvas["name"], f"{view}: {canvas}"
        seen |= {canvas["kind"] for canvas in canvases}
        await expect_cursors(page, [each for each in canvases if each["kind"] == "slider"])
        await expect_tiles(page, [each["name"] for each in canvases if each["kind"] == "img"])
    assert seen == {"slider", "img"}


async def expect_cursors(page: Page, charts: list[dict[str, Any]]) -> None:
    """Each chart says another value at another place, and the whole when its cursor is gone."""
    for chart in charts:
        slider = page.get_by_role("slider", name=chart["name"], exact=True)
        await slider.focus()
        told = set()
        for key in ("Home", "ArrowRight", "End", "ArrowLeft", "Escape"):
            await page.keyboard.press(key)
            told.add(await slider.get_attribute("aria-valuetext"))
        assert len(told) == 5, f"{chart}: {told}"


async def expect_tiles(page: Page, names: list[str]) -> None:
    """The tiles are one stop of Tab, and arrow keys lead to each of them."""
    if not names:
        return
    await expect(page.locator("[data-tile][tabindex='0']")).to_have_count(1)
    await page.locator("[data-tile][tabindex='0']").focus()
    await page.keyboard.press("Home")
    reached = [await page.evaluate(FOCUSED_TILE)]
    for _ in names[1:]:
        await page.keyboard.press("ArrowRight")
        reached.append(await page.evaluate(FOCUSED_TILE))
    assert reached == names
    await page.keyboard.press("Enter")
    await expect(page.locator("h2.title")).to_have_text(names[-1])


@pytest.mark.parametrize("width", [320, 768, 3840])
async def test_nothing_is_cut_off_at_any_width(
    front_door: Child, api: PlantServer, page: Page, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 900})
    name = "a-device-with-a-rather-long-name-0001"
    await api.measure(name, QUIET + ODD)
    for view in await list_views(api, name):
        await open_whole(page, front_door, view)
        overflow = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{view or 'overview'} at {width} px"


async def test_forms_that_open_stay_on_a_phone(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await page.set_viewport_size({"width": 320, "height": 844})
    await api.measure("rig-1", QUIET + ODD)
    await open_whole(page, front_door, "notifications")
    await page.get_by_role("button", name="New rule…").click()
    await page.get_by_role("combobox", name="It holds").select_option("hours")
    fields = page.locator("[data-editor] :is(input, select, textarea, button)")
    for field in await fields.all():
        box = await field.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 320, await field.evaluate("field => field.outerHTML")


async def test_a_thumb_can_press_every_control_on_a_phone(
    front_door: Child, api: PlantServer, browser: Browser
) -> None:
    page = await browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    await api.measure("rig-1", QUIET + ODD)
    for view in await list_views(api, "rig-1"):
        await open_whole(page, front_door, view)
        assert await page.evaluate(SMALL) == [], view or "overview"
    await page.context.close()


async def test_a_name_is_never_taken_for_markup(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    dialogs: list[Dialog] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 (Playwright marks it)
    await api.measure(EVIL, QUIET + ODD)
    for view in await list_views(api, EVIL.replace("<", "%3C").replace(">", "%3E")):
        await open_whole(page, front_door, view)
        if view in {"", "incidents", "alerts"} or "/" in view:  # those that name devices
            await expect(page.get_by_text(EVIL).first).to_be_visible(timeout=WITHIN_MS)
        assert await page.locator("img").count() == 0, view
    assert dialogs == []
