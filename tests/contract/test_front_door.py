"""The front door, from outside: sign-in, the principal, streaming, and what it keeps out."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from local import services
from local.endpoints import Endpoints
from local.processes import Child


@pytest.fixture
def url(front_door: Child) -> str:
    return str(front_door.ready["url"]).rstrip("/")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of bare addresses too
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


class EchoHost:
    """A functions host that answers with what it was asked."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def echo(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        seen = {
            "method": request.method,
            "path": request.raw_path,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "bytes": len(body),
        }
        return web.json_response(seen, status=201, headers={"X-Answer": "yes"})

    async def slow(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"first")
        await self.go_on.wait()
        await answer.write(b"second")
        return answer

    async def broken(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "100"})
        await answer.prepare(request)
        await answer.write(b"only this")
        assert request.transport is not None
        request.transport.close()
        return answer


@pytest.fixture
async def host(endpoints: Endpoints) -> AsyncIterator[EchoHost]:
    echo = EchoHost()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes(
        [
            web.get("/api/slow", echo.slow),
            web.get("/api/broken", echo.broken),
            web.route("*", "/{path:.*}", echo.echo),
        ]
    )
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, endpoints.address, endpoints.functions).start()
    yield echo
    await runner.cleanup()


async def test_the_principal_is_set_and_a_forged_one_dropped(
    url: str, http: aiohttp.ClientSession, host: EchoHost
) -> None:
    forged = {
        "X-MS-CLIENT-PRINCIPAL": "forged", "x-ms-client-principal-extra": "forged",
        "X-Forwarded-For": "forged", "X-Other": "kept",
    }  # fmt: skip
    asked = URL(f"{url}/api/devices?site=a%2Fb&x=%C3%BC", encoded=True)
    async with http.get(asked, headers=forged) as answer:
        assert answer.status == 201
        assert answer.headers["X-Answer"] == "yes"
        seen = await answer.json()
    assert seen["path"] == "/api/devices?site=a%2Fb&x=%C3%BC"
    assert "forged" not in json.dumps(seen)
    assert seen["headers"]["x-other"] == "kept"
    assert seen["headers"]["x-ms-client-principal-name"] == "Local operator"
    assert roles_of(seen) == {"viewer", "operator"}


@pytest.mark.parametrize(("role", "roles"), [("viewer", {"viewer"}), ("none", None)])
async def test_signing_in_as_someone_else(
    url: str, http: aiohttp.ClientSession, host: EchoHost, role: str, roles: set[str] | None
) -> None:
    async with http.get(f"{url}/.auth/login/local?role={role}", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/")
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert "SameSite=Strict" in answer.headers["Set-Cookie"]
    async with http.get(f"{url}/api/devices") as answer:
        assert roles_of(await answer.json()) == roles
    async with http.get(f"{url}/.auth/me") as answer:
        identities = await answer.json()
    assert len(identities) == (0 if roles is None else 1)


async def test_signing_out_and_in_again(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/.auth/logout", allow_redirects=False):
        pass
    async with http.get(f"{url}/.auth/me") as answer:
        assert await answer.json() == []
    then = "/.auth/me"
    async with http.get(
        f"{url}/.auth/login/local", params={"post_login_redirect_uri": then}
    ) as answer:
        assert (await answer.json())[0]["user_id"] == "Local operator"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_signing_in_never_leads_elsewhere(
    url: str, http: aiohttp.ClientSession, elsewhere: str
) -> None:
    query = {"post_login_redirect_uri": elsewhere}
    login = f"{url}/.auth/login/local"
    async with http.get(login, params=query, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/"
    async with http.get(login, params={"role": "king"}, allow_redirects=False) as answer:
        assert answer.status == 400


async def test_bodies_are_streamed_both_ways(
    url: str, http: aiohttp.ClientSession, host: EchoHost
) -> None:
    size = 20 * 1024 * 1024
    async with http.post(f"{url}/api/upload", data=b"x" * size) as answer:
        assert (await answer.json())["bytes"] == size
    async with http.get(f"{url}/api/slow") as answer:
        assert await answer.content.readany() == b"first"
        host.go_on.set()
        assert await answer.content.read() == b"second"


async def test_an_answer_that_breaks_off_is_not_taken_for_whole(
    url: str, http: aiohttp.ClientSession, host: EchoHost
) -> None:
    async with http.get(f"{url}/api/broken") as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_an_absent_host_is_a_clear_502(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/api/devices") as answer:
        assert answer.status == 502
        error = (await answer.json())["error"]
    assert error["code"] == "BadGateway"
    assert "functions host" in error["message"]
    assert "is away" in error["message"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "{own}"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost"}, 201),
    ],
)
async def test_other_sites_may_change_nothing(
    url: str, http: aiohttp.ClientSession, host: EchoHost, headers: dict[str, str], status: int
) -> None:
    headers = {name: value.format(own=url) for name, value in headers.items()}
    async with http.post(f"{url}/api/plans/run", headers=headers) as answer:
        assert answer.status == status


async def test_a_foreign_host_name_may_read_nothing(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/", headers={"Host": "rebound.example:80"}) as answer:
        assert answer.status == 403
        assert "localhost" in (await answer.json())["error"]["message"]


async def test_the_page_comes_from_the_app_and_the_hosts_own_paths_do_not(
    url: str, http: aiohttp.ClientSession, host: EchoHost
) -> None:
    for path in ("/", "/page.js", "/nothing"):
        async with http.get(url + path) as answer:
            assert (answer.status, (await answer.json())["path"]) == (201, path)
    for path in ("/admin/host/status", "/runtime/webhooks/x", "/..%2Fadmin/host/status"):
        async with http.get(URL(url + path, encoded=True)) as answer:
            assert answer.status == 404


def test_it_stops_cleanly(endpoints: Endpoints, tmp_path: Path) -> None:
    other = Endpoints.free(endpoints.address)
    child = services.make_front_door(other, tmp_path)
    child.start()
    assert child._process is not None
    os.kill(child._process.pid, signal.SIGINT)
    assert child.wait(within_s=10) == 0


def roles_of(seen: dict[str, Any]) -> set[str] | None:
    """The roles in the principal header, read as an app reads it."""
    header = seen["headers"].get("x-ms-client-principal")
    if header is None:
        return None
    principal = json.loads(base64.b64decode(header))
    claims = principal["claims"]
    return {claim["val"] for claim in claims if claim["typ"] == principal["role_typ"]}
