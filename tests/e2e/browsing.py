"""What tests of the dashboard do in a browser, and what no page of theirs may do."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from local.processes import Child

WITHIN_MS = 20_000
expect.set_options(timeout=WITHIN_MS)  # a busy machine is no fault of the page
QUIET = [[0.0, 0.0]] * 12
ODD = [[60.0, 0.0], [-60.0, 0.0]] * 4


def watch(page: Page) -> list[str]:
    """The errors of *page* from now on: of its scripts, and all that it writes to the console as
    one. A request that a test lets fail is none of the page's."""
    page.set_default_timeout(WITHIN_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text)
            if message.type == "error" and not message.text.startswith(BROWSERS_OWN)
            else None
        ),
    )
    return errors


# The browser itself says so where a service was killed, or a right is missing.
BROWSERS_OWN = ("Failed to load resource", "WebSocket connection to")


async def open_view(page: Page, front_door: Child, view: str = "") -> None:
    """Go there, and wait until it is live."""
    await page.goto(f"{front_door.ready['url']}#/{view}")
    await expect(page.locator("#phase")).to_have_text("Live", timeout=WITHIN_MS)


async def act_as(page: Page, front_door: Child, role: str) -> None:
    """Sign in as somebody with *role*."""
    await page.goto(f"{front_door.ready['url']}.auth/login/local?role={role}")


def choice(page: Page, label: str) -> Locator:
    return page.get_by_role("combobox", name=label, exact=True)
