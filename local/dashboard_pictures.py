"""Takes a picture of each view of the dashboard from a running demo, to be looked at.

``python -m local.dashboard_pictures http://localhost:4280/ --out FOLDER`` while ``make demo`` runs:
every view, light and dark, wide and narrow. It waits for an alert and a plan first.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from local.setup.browser import find_browser

WITHIN_MS: Final = 330_000  # the demo's faults come round every five minutes
SIZES: Final = (("wide", 1440, 900), ("narrow", 390, 844))
TALLEST: Final = 8_000
DRAWN_MS: Final = 700  # more than twice what the page waits before it draws again
NOTHING_WAITS: Final = """
() => ![...document.querySelectorAll("main [role=status], main .empty")]
  .some((each) => /^(Loading|Asking)/.test(each.textContent))
"""
VIEWS: Final = (
    "incidents", "maintenance", "notifications", "alarm-performance", "alerts", "work", "model",
    "try", "settings",
)  # fmt: skip
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def main(arguments: Sequence[str] | None = None) -> None:
    """Take every picture and print its path."""
    parser = argparse.ArgumentParser(prog="python -m local.dashboard_pictures", description=__doc__)
    parser.add_argument("url", help="address of the demo")
    parser.add_argument("--out", type=Path, required=True, help="folder of the PNG files")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        for path in take_pictures(browser, options.url, options.out):
            print(path, flush=True)
        browser.close()


def take_pictures(browser: Browser, address: str, folder: Path) -> Iterator[Path]:
    """Each view in each size and colour scheme."""
    for size, width, height in SIZES:
        for scheme in SCHEMES:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                locale="en-GB",
                timezone_id="UTC",
            )
            page.set_default_timeout(WITHIN_MS)
            for view, place in _find_views(page, address):
                page.goto(f"{address}#/{place}")
                page.locator("main .section, main .chart").first.wait_for()
                page.wait_for_function(NOTHING_WAITS)
                path = folder / f"{view}-{size}-{scheme}.png"
                _shoot_whole(page, path, width, height)
                yield path
            page.context.close()


def _shoot_whole(page: Page, path: Path, width: int, height: int) -> None:
    """The page in a window as tall as itself: what is out of sight is not drawn."""
    whole = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": max(height, min(whole, TALLEST))})
    page.wait_for_timeout(DRAWN_MS)
    page.screenshot(path=path)
    page.set_viewport_size({"width": width, "height": height})


def _find_views(page: Page, address: str) -> list[tuple[str, str]]:
    """The views with their places; device and incident are the first that the overview names."""
    page.goto(address)
    device = page.locator("[data-alert] a.device").first.get_attribute("href") or ""
    incident = page.locator("[data-incident] a").first.get_attribute("href") or ""
    return [
        ("overview", ""),
        ("device", device.removeprefix("#/")),
        ("incident", incident.removeprefix("#/")),
        *((view, view) for view in VIEWS),
    ]


if __name__ == "__main__":
    main()
