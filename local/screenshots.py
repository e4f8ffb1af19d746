"""Takes the pictures of ``docs/first-hour.md`` from a running demo.

``python -m local.screenshots http://localhost:4280/`` while ``make demo`` runs. Parts of the page
that the text explains carry a number. It waits for alerts and moves to come, some minutes at most.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from playwright.sync_api import Locator, Page, sync_playwright

from local.dashboard_pictures.camera import NOTHING_WAITS
from local.setup.browser import find_browser

PICTURES: Final = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WITHIN_MS: Final = 330_000  # the demo's faults come round every five minutes
CONFIRMED: Final = re.compile(r"(\d+) of \1 devices confirmed")
INCIDENT: Final = "[data-section=open-incidents] [data-incident][data-active=true]"
WIDTH, HEIGHT = 1280, 900
# Beside (<) or above (^) the part that a selector names.
NUMBERED: Final = """
(parts) => parts.forEach((part, index) => {
  const box = document.querySelector(part.slice(1)).getBoundingClientRect();
  const [x, y] = part[0] === "<" ? [-18, (box.height - 16) / 2] : [0, -15];
  const badge = document.createElement("b");
  badge.textContent = index + 1;
  badge.className = "badge";
  Object.assign(badge.style, {
    position: "absolute", left: `${Math.max(2, box.left + x)}px`, top: `${box.top + scrollY + y}px`,
    width: "16px", height: "16px", borderRadius: "8px", background: "#17212b", color: "#fff",
    font: "bold 11px/16px sans-serif", textAlign: "center", zIndex: 9,
  });
  document.body.append(badge);
})
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures that are asked for, or all of them."""
    options = _parser().parse_intermixed_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            locale="en-GB",
            timezone_id="UTC",
        )
        page.set_default_timeout(WITHIN_MS)
        for name in options.pictures or SHOTS:
            _open(page, options.url)
            SHOTS[name](page, options.out / f"{name}.png")
            print(f"{options.out / name}.png", flush=True)
        browser.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.screenshots", description=__doc__)
    parser.add_argument("url", help="address of the demo's page")
    parser.add_argument("pictures", nargs="*", metavar="NAME", help=f"of {', '.join(SHOTS)}")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the PNG files")
    return parser


def _open(page: Page, address: str, place: str = "") -> None:
    page.goto("about:blank")  # another place of the same page would keep the numbers of the last
    page.goto(f"{address.rstrip('/')}/#/{place}")
    page.locator("#phase", has_text="Live").wait_for()


def _shoot_page(page: Page, path: Path) -> None:
    """The overview, once a device is in alert and work has moved."""
    page.locator(INCIDENT).first.wait_for()
    page.locator("[data-plan-line]", has_text=CONFIRMED).wait_for()
    page.locator(".connection", has_text="last message").wait_for()
    page.wait_for_function(NOTHING_WAITS)
    sections = (f"^[data-section={name}] h2" for name in ("open-incidents", "alerts", "work-line"))
    above = ("^label.site", "^.connection", "^[data-card=incidents]")
    _number(page, *above, *sections, "^[data-section=tiles] h2", "^[data-tile] .state")
    page.screenshot(path=path)


def _shoot_incident(page: Page, path: Path) -> None:
    """An incident with its story, what can be done, and what gave the device away."""
    page.locator(INCIDENT).first.get_by_role("link").click()
    page.locator("[data-concerned] .shares").first.wait_for()
    parts = ("story", "acts", "concerned", "timeline")
    _number(page, "^h2.title", *(f"^[data-section={name}] h2" for name in parts))
    page.screenshot(path=path, full_page=True)


def _shoot_device(page: Page, path: Path) -> None:
    """A device in alert: its score and channels, with what is usual behind them."""
    page.locator("[data-tile][data-state=alert]").first.click()
    page.locator("[data-chart] canvas").first.wait_for()
    page.locator("main [role=status]", has_text="Loading").wait_for(state="detached")
    charts = ("^[data-chart='Anomaly score'] strong", "^.charts figure:nth-of-type(2) strong")
    _number(page, "^.facts dt", "^.filters select", *charts)
    page.screenshot(path=path)


def _shoot_move(page: Page, path: Path) -> None:
    """Which tasks moved where, and why, once every device has obeyed."""
    page.get_by_role("navigation").get_by_role("link", name="Work").click()
    page.locator("[data-move]").first.wait_for()
    page.locator("[data-plan-line]", has_text=CONFIRMED).first.wait_for()
    move = "[data-move]"
    _number(page, "^[data-plan-line]", "^#pause", f"<{move} .task", f"<{move} .causes")
    _clip(page, path, page.locator("[data-section=work]"), page.locator("[data-section=moves]"))


def _shoot_paused(page: Page, path: Path) -> None:
    """The optimiser paused by its button; it is resumed at once."""
    page.get_by_role("navigation").get_by_role("link", name="Work").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for()
    _clip(page, path, page.locator("[data-section=work]"))
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for()


def _shoot_replay(page: Page, path: Path) -> None:
    """The tile of the device ``press-1`` that replays a recording, among its kind."""
    tile = page.locator("[data-tile='press-1'][data-state='normal']")
    tile.wait_for()
    tile.scroll_into_view_if_needed()
    _clip(page, path, tile)


def _shoot_try(page: Page, path: Path) -> None:
    """The model asked about readings that were made up by hand."""
    page.get_by_role("navigation").get_by_role("link", name="Try it").click()
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("End")
    page.locator("[data-section=verdict] .state", has_text="odd").wait_for()
    page.screenshot(path=path)


SHOTS: Final = MappingProxyType[str, Callable[[Page, Path], None]](
    {
        "page": _shoot_page,
        "incident": _shoot_incident,
        "device": _shoot_device,
        "move": _shoot_move,
        "paused": _shoot_paused,
        "replay": _shoot_replay,
        "try": _shoot_try,
    }
)


def _number(page: Page, *parts: str) -> None:
    """Put the numbers 1, 2, … at *parts* of the page, once they are there; see NUMBERED."""
    for part in parts:
        page.locator(part[1:]).first.wait_for()
    page.evaluate(NUMBERED, list(parts))


def _clip(page: Page, path: Path, *shown: Locator, edge: int = 8) -> None:
    """Save the part of the page that holds everything *shown*, with *edge* pixels around it."""
    boxes = [box for locator in shown if (box := locator.bounding_box()) is not None]
    left = min(box["x"] for box in boxes) - edge
    top = min(box["y"] for box in boxes) - edge
    right = max(box["x"] + box["width"] for box in boxes) + edge
    bottom = max(box["y"] + box["height"] for box in boxes) + edge
    page.screenshot(
        path=path,
        clip={"x": max(left, 0), "y": max(top, 0), "width": right - left, "height": bottom - top},
    )


if __name__ == "__main__":
    main()
