"""The product's own HTTP routes over fakes, with live messages on the wire: a whole API for pages.

What a page is answered here is what the product answers, so no test document can be out of date.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from functools import partial

import azure.functions as func
import jwt
from aiohttp import web

from local.endpoints import Endpoints
from tests.fakes.live import FakeLive
from tests.fakes.messages import RIG, reading_message
from tests.fakes.services import Plant
from tests.unit.tocsin import workshops
from tests.unit.tocsin.triggers.app_functions import functions_of
from tocsin.adapters.page_files import START, load_page
from tocsin.adapters.webpubsub import WebPubSubLive, webpubsub_client
from tocsin.settings import Connection
from tocsin.triggers.api.calls import AnyRoute
from tocsin.triggers.http import ROUTES
from tocsin.usecases.ports.documents import Document

SITE = workshops.SITE
HUB = "tocsin"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


class WireLive(FakeLive):
    """Sends through a Web PubSub, and gives its addresses to clients.

    ``token_s``: how long each address is good, where that is not left to the product; then the
    newest ``runs_out_at``, s since the epoch.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.client = webpubsub_client(connection, HUB)
        self._wire = WebPubSubLive(self.client)
        self._key = str(connection.connection_string).partition("AccessKey=")[2].partition(";")[0]
        self.is_cut = False
        self.token_s: float | None = None
        self.tokens = 0
        self.runs_out_at = 0.0
        self.gives = asyncio.Event()  # whether clients are given addresses at once
        self.gives.set()

    async def send(self, site_id: str, message: Document) -> None:
        await super().send(site_id, message)
        if not self.is_cut:
            await self._wire.send(site_id, message)

    async def client_url(self, user_id: str, site_id: str) -> str:
        await self.gives.wait()
        self.tokens += 1
        url = await self._wire.client_url(user_id, site_id)
        return url if self.token_s is None else self._shorten(url, self.token_s)

    def _shorten(self, url: str, token_s: float) -> str:
        """The same address, good for so long."""
        address, _, token = url.partition("access_token=")
        claims = jwt.decode(token, options={"verify_signature": False})
        claims["exp"] = round(time.time() + token_s)
        self.runs_out_at = claims["exp"]
        return f"{address}access_token={jwt.encode(claims, self._key, algorithm='HS256')}"


class PlantServer:
    """Serves the page and ``/api`` of one plant, whose site ``north`` was planned twice."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.plant = Plant()
        self.requests: list[str] = []
        self._endpoints = endpoints
        self._connection = Connection("WebPubSub", endpoints.webpubsub_connection, None, None)
        self._runner: web.AppRunner | None = None
        self._seq = 0
        self._next_t: dict[str, int] = {}

    async def start(self) -> None:
        shop = await workshops.workshop()
        await workshops.run(shop)
        shop.clock.pass_s(60)
        await workshops.heard(shop, *workshops.DEVICES)
        await workshops.heard(shop, "cell-1", alert={"t": 1})
        await workshops.run(shop, "alert", text="alert of cell-1")
        await workshops.heard(shop, "cell-1")
        self.live = WireLive(self._connection)
        shop.live = self.live
        self.plant = Plant.around(shop)
        app = web.Application()
        for route in ROUTES:
            path = "/api/" + _PARAMETER.sub(r"{\1}", route.path)
            app.router.add_route(route.method, path, partial(self._answer, route))
        app.add_routes([web.get("/", self._page), web.get("/{file}", self._page)])
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        address, port = self._endpoints.address, self._endpoints.functions
        await web.TCPSite(self._runner, address, port).start()

    async def stop(self) -> None:
        assert self._runner is not None, "start() comes first"
        await self._runner.cleanup()
        await self.live.client.close()

    async def measure(
        self,
        device_id: str,
        values: Sequence[Sequence[float]],
        *,
        site_id: str = SITE,
        tell: bool = True,
    ) -> None:
        """The device sends a message whose readings end now, or follow its last ones.

        values: ``[n, channels]``, a second apart.
        tell: whether alerts that come of it are shown live, as ``push_alerts`` does.
        """
        known = len(self.plant.store.all("alerts"))
        last = 1_000 * (len(values) - 1)
        first = max(self._set_clock() - last, self._next_t.get(device_id, 0))
        times = [first + 1_000 * place for place in range(len(values))]
        self._next_t[device_id] = times[-1] + 1_000
        message = reading_message(
            self._seq, times, values, profile=RIG, device_id=device_id, site_id=site_id
        )
        self._seq += 1
        await self.plant.score([message])
        if tell:
            await self._run("push_alerts", list(self.plant.store.all("alerts")[known:]))

    async def measure_unheard(self, device_id: str, values: Sequence[Sequence[float]]) -> None:
        """The same while no live message reaches anyone."""
        self.live.is_cut = True
        await self.measure(device_id, values)
        self.live.is_cut = False

    async def tend(self, *, later_s: int = 0) -> None:
        """What the clock does with incidents, so many seconds from now."""
        self._set_clock()
        self.plant.workshop.clock.pass_s(later_s)
        await functions_of(self.plant.services())["tend_incidents"](None)

    async def run_optimiser(self) -> None:
        """What the optimiser does when somebody asks for a run."""
        self._set_clock()
        shop = self.plant.workshop
        await workshops.heard(shop, *workshops.DEVICES)
        await workshops.run(shop, "operator")

    async def _run(self, function: str, given: object) -> None:
        self._set_clock()
        await functions_of(self.plant.services())[function](given)

    def _set_clock(self) -> int:
        self.plant.workshop.clock.now_ms = round(time.time() * 1_000)
        return self.plant.workshop.clock.now_ms

    async def _answer(self, route: AnyRoute, request: web.Request) -> web.Response:
        self._set_clock()
        self.requests.append(f"{request.method} {request.path}")
        functions = functions_of(self.plant.services())
        answer: func.HttpResponse = await functions[route.name](
            func.HttpRequest(
                method=request.method,
                url=str(request.url),
                headers=dict(request.headers),
                params=dict(request.query),
                route_params=dict(request.match_info),
                body=await request.read(),
            )
        )
        headers = {**answer.headers, "Content-Type": answer.mimetype or "application/json"}
        return web.Response(body=answer.get_body(), status=answer.status_code, headers=headers)

    async def _page(self, request: web.Request) -> web.Response:
        page = load_page(self._connection)
        file = page.files.get(request.match_info.get("file", START))
        if file is None:
            raise web.HTTPNotFound
        headers = {**page.headers, "Content-Type": file.media_type}
        return web.Response(body=file.body, headers=headers)
