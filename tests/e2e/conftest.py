"""A browser, and the product's own routes over fakes, for the tests of the dashboard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from local.endpoints import Endpoints
from local.processes import Child
from local.setup.browser import find_browser
from tests.e2e.browsing import watch
from tests.e2e.plant_server import PlantServer
from tocsin.adapters.page_files import FOLDER, START

BROWSED = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_browser() is None, reason="no browser: install chromium"),
    pytest.mark.skipif(
        not (FOLDER / START).is_file(), reason="the page is not built: python -m local setup"
    ),
]


@pytest_asyncio.fixture(loop_scope="module")
async def api(endpoints: Endpoints, webpubsub: Child) -> AsyncIterator[PlantServer]:
    server = PlantServer(endpoints)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that fails its test where its script does, or where the content policy is broken."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    errors = watch(page)
    yield page
    await page.context.close()
    assert errors == []
