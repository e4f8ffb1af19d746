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

from local.setup.browser import find_browser

PICTURES: Final = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WITHIN_MS: Final = 330_000  # the demo's faults come round every five minutes
CONFIRMED: Final = re.compile(r"(\d+) of \1 devices confirmed")
# Only an alert that came while the page was open names its channels.
NAMED_ALERT: Final = "#alerts li.raised:has(.causes:not(:empty))"
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
    options = _parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport={"width": 1080, "height": 860},
            color_scheme="light",
            locale="en-GB",
            timezone_id="UTC",
        )
        page.set_default_timeout(WITHIN_MS)
        page.goto(options.url)
        page.locator("#phase", has_text="Live").wait_for()
        for name in options.pictures or SHOTS:
            SHOTS[name](page, options.out / f"{name}.png")
            print(f"{options.out / name}.png", flush=True)
        browser.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.screenshots", description=__doc__)
    parser.add_argument("url", help="address of the demo's page")
    parser.add_argument("pictures", nargs="*", metavar="NAME", help=f"of {', '.join(SHOTS)}")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the PNG files")
    return parser


def _shoot_page(page: Page, path: Path) -> None:
    """The whole page, once a device is in alert and work has moved."""
    page.locator(NAMED_ALERT).first.wait_for()
    _wait_for_moves(page)
    page.evaluate("scrollTo(0, 0)")
    row = "#rows tr:first-child"
    parts = ["<label.site", "<#connection", "<.counts dt", "<#alerts-title", "<#work-title"]
    columns = (f"<{row} .{part}" for part in ("state", "bar", "number", "time"))
    _number(page, *parts, "<#devices-title", *columns)
    page.screenshot(path=path)
    _unnumber(page)


def _shoot_alert(page: Page, path: Path) -> None:
    """An alert with the channels that gave it away."""
    alert = page.locator(NAMED_ALERT).first
    alert.wait_for()
    alert.evaluate("element => { element.id = 'pictured'; element.style.marginTop = '16px'; }")
    page.evaluate("scrollTo(0, 0)")
    above = (f"^#pictured .{part}" for part in ("time", "state", "device", "score"))
    _number(page, *above, "<#pictured .causes")
    _clip(page, path, alert, edge=16)
    _unnumber(page)


def _shoot_device(page: Page, path: Path) -> None:
    """The rows of a device in alert and of the one after it."""
    row = page.locator("#rows tr[data-state='alert']").first
    row.wait_for()
    row.scroll_into_view_if_needed()
    _clip(page, path, row, row.locator("xpath=following-sibling::tr[1]"))


def _shoot_move(page: Page, path: Path) -> None:
    """Which tasks moved where, and why, once every device has obeyed."""
    _wait_for_moves(page)
    page.evaluate("scrollTo(0, 0)")
    move = "#moves li:first-child"
    above = (f"^{move} .{part}" for part in ("task", "device"))
    _number(page, "<#plan", "^#pause", *above, f"<{move} .causes")
    _clip(page, path, page.locator("section.work"))
    _unnumber(page)


def _shoot_paused(page: Page, path: Path) -> None:
    """The optimiser paused by its button; it is resumed at once."""
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for()
    _clip(page, path, page.locator("section.work h2"), page.locator("section.work .plan"))
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for()


def _shoot_replay(page: Page, path: Path) -> None:
    """The row of the device ``press-1`` that replays a recording."""
    row = page.locator("#rows tr[data-device='press-1'][data-state='normal']")
    row.wait_for()
    row.scroll_into_view_if_needed()
    _clip(page, path, row)


SHOTS: Final = MappingProxyType[str, Callable[[Page, Path], None]](
    {
        "page": _shoot_page,
        "alert": _shoot_alert,
        "device": _shoot_device,
        "move": _shoot_move,
        "paused": _shoot_paused,
        "replay": _shoot_replay,
    }
)


def _wait_for_moves(page: Page) -> None:
    page.locator("#moves li").first.wait_for()
    page.locator("#plan", has_text=CONFIRMED).wait_for()


def _number(page: Page, *parts: str) -> None:
    """Put the numbers 1, 2, … at *parts* of the page; see NUMBERED."""
    page.evaluate(NUMBERED, list(parts))


def _unnumber(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.badge').forEach((badge) => badge.remove())")


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
