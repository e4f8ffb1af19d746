"""What goes wrong, or is rare, made between the page and the demo: nothing in the demo changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page, Route, WebSocketRoute

from local.dashboard_pictures.stop import Stop

Condition = Callable[[Page, Stop], None]

EVIL: Final = "<img src=x onerror=alert(1)>"
# What a page needs to know to be a page: who sees which site.
BASE: Final = re.compile(r"/api/(me|negotiate|profiles)\b")
_LIVE: Final = re.compile(r"^wss?://")


def hold_answers(page: Page, _stop: Stop) -> None:
    """No answer comes: what a view says meanwhile."""
    page.route(
        "**/api/**", lambda route: route.fallback() if BASE.search(route.request.url) else None
    )


def refuse_answers(page: Page, _stop: Stop) -> None:
    """Each request fails."""
    problem = {"status": 500, "detail": "the store does not answer"}

    def refuse(route: Route) -> None:
        if BASE.search(route.request.url):
            route.fallback()
        else:
            route.fulfill(status=500, json=problem)

    page.route("**/api/**", refuse)


def empty_answers(page: Page, _stop: Stop) -> None:
    """A site to which nothing has happened yet."""

    def empty(content: dict[str, Any]) -> dict[str, Any]:
        blank: dict[str, Any] = {"places": {}, "plan": None, "standing": None}
        return {
            key: [] if isinstance(value, list) else blank.get(key, value)
            for key, value in content.items()
        }

    _still(page)
    _change(page, empty)


def cut_off(page: Page, _stop: Stop) -> None:
    """The live connection breaks, and none can be had."""

    def close(socket: WebSocketRoute) -> None:
        page.route("**/api/negotiate*", lambda route: route.abort())
        socket.close()

    page.route_web_socket(_LIVE, close)


def name_like_markup(page: Page, stop: Stop) -> None:
    """The device is called as only somebody who means harm would call it."""

    def rename(content: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(content).replace(json.dumps(stop.device)[1:-1], json.dumps(EVIL)[1:-1])
        renamed: dict[str, Any] = json.loads(text)
        return renamed

    _still(page)
    _change(page, rename)


def switch_off(page: Page, stop: Stop) -> None:
    """The device is off."""
    off = {"operating": {"state": "off", "since": 0}, "alert": None}
    _change_device(page, stop, off)


def score_nothing(page: Page, stop: Stop) -> None:
    """The device is of a kind for which there is no model."""
    why = {"reason": "no-model", "text": "no model of its kind is active"}
    none = {"score": None, "threshold": None, "anomalous": False, "modelVersion": None}
    _change_device(page, stop, {**none, "notScored": why, "alert": None})


def fall_silent(page: Page, stop: Stop) -> None:
    """The device has not been heard of for a day, and one of its sensors is out."""
    day_ms = 24 * 3_600_000
    _change_device(page, stop, {"silentAfterMs": 1.0, "alert": None}, older_ms=day_ms)


def _change_device(page: Page, stop: Stop, patch: dict[str, Any], older_ms: int = 0) -> None:
    def change(content: dict[str, Any]) -> dict[str, Any]:
        for device in content.get("devices", [content]):
            if (
                isinstance(device, dict)
                and device.get("deviceId") == stop.device
                and "lastT" in device
            ):
                _patch(device, patch, older_ms)
        return content

    _still(page)
    _change(page, change)


def _patch(device: dict[str, Any], patch: dict[str, Any], older_ms: int) -> None:
    operating = device.get("operating") or {}
    for key, value in patch.items():
        device[key] = {**operating, **value} if key == "operating" else value
    device["lastT"] -= older_ms
    device["enqueuedAt"] -= older_ms


def _still(page: Page) -> None:
    """Connected, but no live message comes: it would bring back what was taken away."""

    def pass_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def tell(message: str | bytes) -> None:
            if '"type":"message"' not in str(message).replace(" ", ""):
                socket.send(message)

        server.on_message(tell)

    page.route_web_socket(_LIVE, pass_on)


def _change(page: Page, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Pass each answer of the API on, changed."""

    def fulfil(route: Route) -> None:
        if BASE.search(route.request.url) or route.request.method != "GET":
            route.fallback()
            return
        answer = route.fetch()
        if answer.ok:
            route.fulfill(response=answer, json=change(answer.json()))
        else:
            route.fulfill(response=answer)

    page.route("**/api/**", fulfil)
