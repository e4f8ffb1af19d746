"""A tiny /api for the page's tests: negotiates with a real Web PubSub stand-in, knows devices."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient

from local.services import Endpoints
from tocsin.adapters.page_files import START, load_page
from tocsin.settings import Connection

SITES = ["harbour", "mill"]
HUB = "tocsin"
PROFILES: list[dict[str, Any]] = [
    {
        "name": "motor",
        "title": "Electric motor",
        "channels": [
            {"name": "temperature_c", "title": "Winding temperature", "unit": "°C",
             "low": -40, "high": 200},
            {"name": "vibration_mm_s", "title": "Vibration", "unit": "mm/s",
             "low": 0, "high": 50},
        ],
    },
    {
        "name": "pump",
        "title": "Circulation pump",
        "channels": [
            {"name": name, "title": title, "unit": unit, "low": -1000, "high": 1000}
            for name, title, unit in (
                ("vibration1_g", "Vibration 1", "g"), ("vibration2_g", "Vibration 2", "g"),
                ("current_a", "Motor current", "A"), ("pressure_bar", "Pressure", "bar"),
                ("temperature_c", "Body temperature", "°C"),
                ("thermocouple_c", "Fluid temperature", "°C"),
                ("voltage_v", "Voltage", "V"), ("flow_l_min", "Flow", "l/min"),
            )
        ],
    },
]  # fmt: skip


class FakeApi:
    """Serves the routes the page asks; sends live messages as the functions would."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.devices: list[dict[str, Any]] = []
        self.alerts: list[dict[str, Any]] = []
        self.principals: list[str | None] = []
        self.plan: dict[str, Any] | None = None
        self.paused = False
        self.patches: list[Any] = []
        self._endpoints = endpoints
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/negotiate", self._negotiate),
                web.get("/api/profiles", self._profiles),
                web.get("/api/devices", self._devices),
                web.get("/api/alerts", self._alerts),
                web.get("/api/plans/latest", self._latest),
                web.get("/api/settings/optimiser", self._optimiser),
                web.patch("/api/settings/optimiser", self._change),
                web.get("/", self._page),
                web.get("/{file}", self._page),
            ]
        )
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        address, port = self._endpoints.address, self._endpoints.functions
        await web.TCPSite(self._runner, address, port).start()

    async def stop(self) -> None:
        assert self._runner is not None, "start() comes first"
        await self._runner.cleanup()

    async def send(self, message: dict[str, Any]) -> None:
        """Send a live message to the group of its site."""
        async with self._sender() as sender:
            await sender.send_to_group(f"site:{message['siteId']}", message)

    def _sender(self) -> WebPubSubServiceClient:
        connection = self._endpoints.webpubsub_connection
        return WebPubSubServiceClient.from_connection_string(connection, HUB)

    async def _page(self, request: web.Request) -> web.Response:
        """As the product: its own page and headers."""
        connection = Connection("WebPubSub", self._endpoints.webpubsub_connection, None, None)
        page = load_page(connection)
        file = page.files.get(request.match_info.get("file", START))
        if file is None:
            raise web.HTTPNotFound
        headers = {**page.headers, "Content-Type": file.media_type}
        return web.Response(body=file.body, headers=headers)

    async def _negotiate(self, request: web.Request) -> web.Response:
        self.principals.append(request.headers.get("x-ms-client-principal-name"))
        if self.principals[-1] is None:
            raise web.HTTPUnauthorized
        site = request.query.get("site", SITES[0])
        group = f"site:{site}"
        async with self._sender() as sender:
            token = await sender.get_client_access_token(groups=[group])
        return web.json_response(
            {"url": token["url"], "site": site, "group": group, "sites": SITES}
        )

    async def _profiles(self, _request: web.Request) -> web.Response:
        return web.json_response({"profiles": PROFILES})

    async def _devices(self, request: web.Request) -> web.Response:
        site = request.query.get("site")
        return web.json_response(
            {"devices": [device for device in self.devices if device["siteId"] == site]}
        )

    async def _alerts(self, request: web.Request) -> web.Response:
        site = request.query.get("site")
        found = [alert for alert in self.alerts if alert["siteId"] == site]
        return web.json_response({"alerts": found, "older": None})

    async def _latest(self, _request: web.Request) -> web.Response:
        return web.json_response({"plan": self.plan, "standing": None})

    async def _optimiser(self, _request: web.Request) -> web.Response:
        return web.json_response({"paused": self.paused})

    async def _change(self, request: web.Request) -> web.Response:
        """As the product: only operators change anything, and all who watch are told."""
        if request.headers.get("x-ms-client-principal-name") != "Local operator":
            raise web.HTTPForbidden
        patch = await request.json()
        self.patches.append((request.query["site"], patch))
        self.paused = patch["paused"]
        return await self._optimiser(request)


def plan(version: int, **changes: object) -> dict[str, Any]:
    """A plan as the API and live messages show it."""
    document = {
        "version": version, "createdAt": int(time.time() * 1000),
        "cause": {"kind": "alert", "text": "alert of cell-1"},
        "migrations": [
            {"taskId": "path-01", "from": "cell-1", "to": "cell-2",
             "reason": "cell-1 is not relied on (health 0.20: it is in alert)"},
        ],
        "deliveries": {"cell-1": {"state": "sent"}, "cell-2": {"state": "sent"}},
    }  # fmt: skip
    return document | changes


def reading(device_id: str, score: float | None, **values: float | None) -> dict[str, Any]:
    """One device's part of a telemetry message, a motor's."""
    return {
        "deviceId": device_id,
        "profile": "motor",
        "t": int(time.time() * 1000),
        "values": values,
        "score": score,
        "threshold": 4.0,
        "anomalous": score is not None and score > 4.0,
    }


def telemetry(site_id: str, *devices: dict[str, Any]) -> dict[str, Any]:
    return {"type": "telemetry", "siteId": site_id, "devices": list(devices)}


def alert(site_id: str, device_id: str, kind: str, **changes: object) -> dict[str, Any]:
    """An alert message, as push_alerts sends it."""
    t = int(time.time() * 1000)
    document = {
        "id": f"{t}-{kind}", "type": kind, "deviceId": device_id, "siteId": site_id,
        "profile": "motor", "t": t, "alertId": f"{device_id}-{t}", "score": 9.5, "threshold": 4.0,
        "contributions": {"temperature_c": 0.2, "vibration_mm_s": 0.8}, "modelVersion": "1-test",
    }  # fmt: skip
    return {"type": "alert", "siteId": site_id, "alert": document | changes}
