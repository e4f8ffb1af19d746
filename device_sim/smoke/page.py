"""The API and the live messages of a deployment, as a machine reaches them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import aiohttp

from device_sim.errors import SimulatorError

SUBPROTOCOL = "json.webpubsub.azure.v1"
REQUEST_S = 30.0  # an app that scaled to zero takes its time for the first answer


class PageError(SimulatorError):
    """The deployment answered, and not as it should."""


class Page:
    """A deployment at *address*.

    sign_in: the app registration to get a token for, by whoever is signed in to Azure; None on a
    laptop, where the front door lets everybody in.
    """

    def __init__(self, address: str, sign_in: str | None) -> None:
        self._address = address
        self._sign_in = sign_in
        self._open = AsyncExitStack()
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        token = (
            None if self._sign_in is None else await asyncio.to_thread(fetch_token, self._sign_in)
        )
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        session = aiohttp.ClientSession(
            headers=headers, timeout=aiohttp.ClientTimeout(total=REQUEST_S)
        )
        self._http = await self._open.enter_async_context(session)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def ask(self, path: str, **query: str) -> Any | None:  # noqa: ANN401 (any JSON)
        """What ``GET /api/{path}`` answers; None while it is not there yet (400, 404, 5xx).

        Raises PageError when it never will be.
        """
        assert self._http is not None, "entered first"
        url = f"{self._address}/api/{path}"
        try:
            async with self._http.get(url, params=query) as answer:
                if answer.status in {401, 403}:
                    raise PageError(
                        f"GET {url} answered {answer.status}: {(await answer.text())[:300]}"
                    )
                return await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def follow(self, url: str) -> AsyncIterator[Any]:
        """The live messages that come at the address *url*, which ``negotiate`` gave."""
        async with aiohttp.ClientSession() as session:
            try:
                socket = await session.ws_connect(url, protocols=[SUBPROTOCOL])
            except aiohttp.ClientError as error:
                raise PageError(f"no live messages: {error}") from error
            async for frame in socket:
                content = frame.json()
                if content.get("type") == "message" and content.get("from") in {"group", "server"}:
                    yield content["data"]


def fetch_token(client_id: str) -> str:
    """A bearer token for the app registration *client_id*."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 (slow, and seldom needed)

    with DefaultAzureCredential() as credential:
        return credential.get_token(f"{client_id}/.default").token
