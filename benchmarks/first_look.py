"""How long somebody who opens the page of the demo waits for the first anomaly on it.

``python -m benchmarks.first_look --json`` starts the demo, opens the address that it prints in a
headless Chromium, and prints one JSON object: ``first_anomaly_s``, from the printed address to the
first device that the page marks as in alert. ``--at URL`` looks at a demo that runs already, and
counts from ``--since``, seconds since the epoch, or from now.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from benchmarks import report
from local.addresses import find_free_address
from local.processes import Child
from local.setup.browser import find_browser

ANOMALY: Final = "[data-tile][data-state=alert]"
WITHIN_S: Final = 180.0
SHORTEST_S: Final = 60  # of a demo, so that its faults come


def main(arguments: Sequence[str] | None = None) -> None:
    parser = report.make_parser("benchmarks.first_look", __doc__ or "")
    parser.add_argument("--at", help="address of the page of a demo that runs already")
    parser.add_argument("--since", type=float, help="when that was printed, s since the epoch")
    options = parser.parse_args(arguments)
    if options.at is None:
        seconds = measure()
    else:
        since = time.time() if options.since is None else options.since
        seconds = wait_for_anomaly(options.at, since)
    figures = {"first_anomaly_s": round(seconds, 1)}
    command = "python -m benchmarks.first_look --json"
    report.print_figures(figures, command, as_json=options.json)


def measure() -> float:
    """Seconds, of a demo that is started for it and stopped again."""
    address = find_free_address()
    with tempfile.TemporaryDirectory(prefix="tocsin-first-look-") as folder:
        state = Path(folder)
        demo = Child(
            "demo",
            [sys.executable, "-m", "local", "up", "--duration", str(SHORTEST_S),
             "--address", address, "--state", str(state / "state")],
            log_path=state / "demo.log",
            ready_after=lambda line: f"Open http://{address}" in line,
        )  # fmt: skip
        demo.start(within_s=WITHIN_S)
        since = time.time()
        try:
            return wait_for_anomaly(f"http://{address}:4280/", since)
        finally:
            demo.stop()


def wait_for_anomaly(url: str, since: float) -> float:
    """Seconds from *since* until the page at *url* marks a device as in alert.

    Raises TimeoutError of Playwright after three minutes.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(url)
        page.locator(ANOMALY).first.wait_for(timeout=WITHIN_S * 1_000)
        seconds = time.time() - since
        browser.close()
    return seconds


if __name__ == "__main__":
    main()
