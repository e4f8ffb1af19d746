"""What is done on a page before its picture is taken: forms open, previews asked for."""

from __future__ import annotations

from playwright.sync_api import Page


def do_nothing(_page: Page) -> None:
    """The view as it is."""


def open_details(page: Page) -> None:
    """Everything that is folded away."""
    page.evaluate(
        "document.querySelectorAll('main details').forEach((each) => { each.open = true; })"
    )
    page.locator("main [role=status]", has_text="Loading").first.wait_for(state="detached")


def hold_time(page: Page) -> None:
    page.get_by_role("button", name="Hold").click()
    page.get_by_role("button", name="Live", exact=True).wait_for()
    page.locator("[data-chart]").first.wait_for()


def try_limit(page: Page) -> None:
    """What the limit that is set would have called."""
    editor = page.locator("[data-section=limits] [data-editor]")
    editor.get_by_role("button", name="Preview").click()
    editor.locator("[data-preview]").wait_for()


def judge(page: Page) -> None:
    """What would change if this was called normal."""
    page.get_by_role("button", name="Not an anomaly…").first.click()
    page.locator("[data-judge] [data-preview]").first.wait_for()


def ask_before_closing(page: Page) -> None:
    """The question beside the button, of an incident that is still active."""
    asks = page.get_by_role("button", name="Close…")
    if asks.count() > 0:
        asks.click()


def try_window(page: Page) -> None:
    page.get_by_role("textbox", name="Name", exact=True).fill("cleaning")
    page.get_by_role("combobox", name="Of", exact=True).select_option("site")
    page.get_by_role("button", name="Preview").click()
    page.locator("[data-preview]").wait_for()


def open_rule(page: Page) -> None:
    """A new rule with hours of its own and somebody who is next in line."""
    page.get_by_role("button", name="New rule…").click()
    page.get_by_role("button", name="Add who is next in line").click()
    page.get_by_role("combobox", name="It holds").select_option("hours")


def preview_work(page: Page) -> None:
    page.get_by_role("button", name="Preview").click()
    page.locator("[data-preview]").wait_for()


def ask_before_draining(page: Page) -> None:
    page.get_by_role("combobox", name="Drain", exact=True).select_option(index=1)
    page.get_by_role("button", name="Drain…").click()


def move_slider(page: Page) -> None:
    """Readings that no device of the kind has shown."""
    page.get_by_role("slider").first.focus()
    page.keyboard.press("End")
    page.locator("[data-section=verdict] .state", has_text="odd").wait_for()
