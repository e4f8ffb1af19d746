"""One picture: a page of its own, whole, as somebody with a role sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page

from local.dashboard_pictures.stop import Stop
from local.dashboard_pictures.views import Picture

WITHIN_MS: Final = 30_000
TALLEST: Final = 8_000
DRAWN_MS: Final = 700  # more than twice what the page waits before it draws again
NOTHING_WAITS: Final = """
() => ![...document.querySelectorAll("main [role=status], main .empty")]
  .some((each) => /^(Loading|Asking)/.test(each.textContent))
"""


@dataclass(frozen=True)
class Look:
    """shows_conditions: whether what goes wrong is taken too; it looks alike in all of them."""

    name: str
    scheme: Literal["light", "dark"]
    width: int
    height: int
    is_phone: bool
    shows_conditions: bool


LOOKS: Final = (
    Look("wide-light", "light", 1440, 900, is_phone=False, shows_conditions=True),
    Look("wide-dark", "dark", 1440, 900, is_phone=False, shows_conditions=False),
    Look("narrow-light", "light", 390, 844, is_phone=True, shows_conditions=False),
    Look("narrow-dark", "dark", 390, 844, is_phone=True, shows_conditions=True),
)


def take_picture(browser: Browser, look: Look, stop: Stop, picture: Picture, path: Path) -> None:
    """Save *picture* in *look* to *path*."""
    page = open_page(browser, look, stop.address, picture.role)
    try:
        _open_whole(page, stop, picture)
        _shoot_whole(page, path, look)
    finally:
        page.unroute_all(behavior="ignoreErrors")  # answers that are held back never come
        page.context.close()


def _open_whole(page: Page, stop: Stop, picture: Picture) -> None:
    if picture.condition is not None:
        picture.condition(page, stop)
    page.goto(f"{stop.address}#/{picture.place}")
    if picture.is_live:
        page.locator("#phase", has_text="Live").wait_for()
    page.locator("main :is(.section, .chart, .empty, .banner)").first.wait_for()
    if picture.settles:
        page.wait_for_function(NOTHING_WAITS)
    picture.act(page)
    if picture.rests_ms:
        page.wait_for_timeout(picture.rests_ms)


def open_page(browser: Browser, look: Look, address: str, role: str) -> Page:
    """A page in which somebody with *role* has signed in."""
    page = browser.new_page(
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.scheme,
        locale="en-GB",
        timezone_id="UTC",
        has_touch=look.is_phone,
    )
    page.set_default_timeout(WITHIN_MS)
    page.request.get(f"{address}.auth/login/local?role={role}", max_redirects=0)
    return page


def _shoot_whole(page: Page, path: Path, look: Look) -> None:
    """The page in a window as tall as itself: what is out of sight is not drawn."""
    whole = int(page.evaluate("document.documentElement.scrollHeight"))
    tall = max(look.height, min(whole, TALLEST))
    page.set_viewport_size({"width": look.width, "height": tall})
    page.wait_for_timeout(DRAWN_MS)
    page.screenshot(path=path)
