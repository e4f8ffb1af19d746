"""What is set in the demo while its pictures are taken, so that no list is empty."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from playwright.sync_api import APIRequestContext, Browser

from local.dashboard_pictures.camera import LOOKS, open_page
from local.dashboard_pictures.stop import Stop

NAME: Final = "pictures"
HOUR_MS: Final = 3_600_000
FIRST_MS: Final = 330_000  # the demo's faults come round every five minutes
PERSON: Final = "00000000-0000-0000-0000-000000000000"
RULE: Final[dict[str, Any]] = {
    "on": True,
    "severities": ["high", "medium", "low"],
    "steps": [
        {"afterMin": 0, "targets": [{"channel": "email", "name": "shift@plant.example"}]},
        {"afterMin": 15, "targets": [{"channel": "email", "name": "chief@plant.example"}]},
    ],
}


@contextmanager
def lend(browser: Browser, address: str) -> Iterator[Stop]:
    """Wait for an incident and set one of each; all that was set is taken away at the end."""
    page = open_page(browser, LOOKS[0], address, "admin")
    page.set_default_timeout(FIRST_MS)
    page.goto(address)
    incident = page.locator("[data-incident] a").first.get_attribute("href") or ""
    page.locator("[data-plan-line]", has_text="Plan").wait_for()
    site = page.get_by_role("combobox", name="Site", exact=True).input_value()
    api = page.request
    incident_id = incident.removeprefix("#/incidents/").partition("?")[0]
    shown = _ask(api, address, "GET", f"incidents/{incident_id}?site={site}")
    device, profile = (shown["devices"][0][key] for key in ("deviceId", "profile"))
    profiles = _ask(api, address, "GET", "profiles")["profiles"]
    channel = next(each for each in profiles if each["name"] == profile)["channels"][0]
    with ExitStack() as stack:
        for method, path, body, taken_by, back in _list_loans(site, device, channel):
            _ask(api, address, method, path, body)
            stack.callback(_ask, api, address, taken_by, path, back)
        _ask(api, address, "POST", f"notification-rules/{NAME}/try?site={site}", {})
        yield Stop(address, site, device, incident_id)
    page.context.close()


Loan = tuple[str, str, dict[str, Any], str, dict[str, Any] | None]


def _list_loans(site: str, device: str, channel: dict[str, Any]) -> Iterator[Loan]:
    """Each as method, path, body; and the method and body that take it away."""
    tomorrow = round(time.time() * 1_000) + 24 * HOUR_MS
    window = {
        "startsAt": tomorrow,
        "scope": {"kind": "device", "name": device},
        "comment": "belt",
        "recurrence": {"rule": "FREQ=WEEKLY", "zone": "Europe/Berlin", "lastingMin": 120},
    }
    yield "PUT", f"notification-rules/{NAME}?site={site}", RULE, "DELETE", None
    yield "PUT", f"maintenance/{NAME}?site={site}", window, "DELETE", None
    limit = {"alarmHigh": 0.9 * channel["high"], "warningHigh": 0.8 * channel["high"]}
    limits, none = ({"devices": {device: {channel["name"]: each}}} for each in (limit, None))
    yield "PATCH", f"settings/limits?site={site}", limits, "PATCH", none
    person, nobody = (
        {"people": {PERSON: each}} for each in ({"name": "Ada", "sites": {site: "act"}}, None)
    )
    yield "PATCH", "access", person, "PATCH", nobody


def _ask(
    api: APIRequestContext, address: str, method: str, path: str, body: object = None
) -> dict[str, Any]:
    """Raises AssertionError with what the API says, where it refuses."""
    answer = api.fetch(f"{address}api/{path}", method=method, data=body)
    assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
    content: dict[str, Any] = answer.json() if answer.body() else {}
    return content
