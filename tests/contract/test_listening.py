"""What the ports of this machine take from strangers: nothing a web page could be tricked into."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import services
from local.endpoints import Endpoints
from local.processes import ROOT, Child
from tests.contract.functions_hosts import APPS
from tests.contract.raw_http import TIMEOUT_S, TLS_PORTS, exchange, make_request, read_status

ALIEN, CROSS = "Origin: http://evil.example", "Sec-Fetch-Site: cross-site"


@pytest.fixture(scope="module")
def functions_host(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    child = services.make_functions_host(endpoints, state, app=APPS / "web", env={})
    child.command += ["--state", str(state / "host")]
    child.start()
    yield child
    child.stop()


SERVICES = (
    "functions_host", "front_door", "cosmos", "webpubsub", "insights", "iothub", "azurite",
)  # fmt: skip


@pytest.fixture(scope="module")
def all_of_them(request: pytest.FixtureRequest) -> list[Child]:
    return [request.getfixturevalue(name) for name in SERVICES]


@dataclass(frozen=True, slots=True)
class Route:
    """A request that the port answers with *status* when nothing is odd about it."""

    port: str
    method: str
    path: str
    status: int

    def __str__(self) -> str:
        return f"{self.port} {self.method} {self.path}"


ROUTES = (
    Route("functions", "GET", "/", 200),
    Route("functions", "POST", "/admin/functions/echo", 401),
    Route("functions", "POST", "/api/echo/1", 200),
    Route("front", "GET", "/", 200),
    Route("front", "GET", "/.auth/me", 200),
    Route("front", "POST", "/api/echo/1", 200),
    Route("cosmos", "GET", "/", 401),
    Route("cosmos", "POST", "/dbs", 401),
    Route("webpubsub", "POST", "/api/hubs/tocsin/:send", 401),
    Route("webpubsub", "GET", "/client/hubs/tocsin", 400),
    Route("insights", "POST", "/v2.1/track", 400),
    Route("iothub", "GET", "/devices", 401),
    Route("iothub", "POST", "/twins/d1/methods", 401),
    Route("blob", "GET", "/devstoreaccount1/models/a", 403),
    Route("queue", "POST", "/devstoreaccount1/requests/messages", 403),
    Route("table", "GET", "/devstoreaccount1/Tables", 403),
)


@pytest.fixture(scope="module")
def ask(endpoints: Endpoints, all_of_them: list[Child]) -> Ask:
    assert all(child.running for child in all_of_them)
    return Ask(endpoints)


@dataclass(frozen=True, slots=True)
class Ask:
    endpoints: Endpoints

    def __call__(self, route: Route, *headers: str, target: str = "", host: str = "own") -> int:
        """The status of the answer to *route* with these header lines."""
        own = f"{self.endpoints.address}:{self.endpoints.ports()[route.port]}"
        sent = dict(header.split(": ", 1) for header in ("Connection: close", *headers))
        if host:
            sent.setdefault("Host", own if host == "own" else host)
        request = make_request(route.method, target or route.path, sent)
        return read_status(self.endpoints, route.port, request)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_programs_of_this_machine_are_served(ask: Ask, route: Route) -> None:
    assert ask(route) == route.status
    assert ask(route, host="localhost") == route.status
    assert ask(route, "Sec-Fetch-Site: none") == route.status


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.168.1.7:80", "localhost@evil.example"]
)
def test_other_names_are_refused(ask: Ask, route: Route, host: str) -> None:
    assert ask(route, host=host) == 403


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_request_that_names_no_host_is_refused(ask: Ask, route: Route) -> None:
    assert ask(route, host="") in {400, 403}


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.parametrize(
    "header",
    [ALIEN, CROSS, "Origin: null", "Origin: http://localhost.evil.example", "Origin: file://"],
)
def test_pages_of_other_sites_are_refused(ask: Ask, route: Route, header: str) -> None:
    # Links lead to the page; a script of the other page would name it in Origin.
    is_look = route.port == "front" and route.method == "GET" and header == CROSS
    assert ask(route, header) == (route.status if is_look else 403)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_pages_of_this_machine_may_be_clients_of_web_pubsub_only(ask: Ask, route: Route) -> None:
    wanted = route.status if route.path.startswith("/client/") else 403
    assert ask(route, "Origin: http://localhost:9999") == wanted


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.parametrize(
    "target", ["http://evil.example/", "http://localhost{}", "*", "//", "/%zz"]
)
def test_an_odd_target_is_no_fault_of_the_server(ask: Ask, route: Route, target: str) -> None:
    status = ask(route, target=target.format(route.path))
    assert status < 500 or status == 501
    if target.startswith("http"):
        assert status == 400


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_an_odd_credential_is_no_fault_of_the_server(ask: Ask, route: Route) -> None:
    odd = b"Authorization: type%3Dmaster%26ver%3D1.0%26sig%3D\xff\xe9".decode(
        "utf-8", "surrogateescape"
    )
    assert ask(route, odd, "x-ms-date: Fri, 27 Nov 2026 10:00:00 GMT") < 500


# ── the hub's other ports ────────────────────────────────────────────────────────────────────

PUBLISH, CONNECT = b"\x30", b"\x10"
TWENTY_MB = b"\x80\x80\x80\x0a"
AMQP_HEADER = b"AMQP\x00\x01\x00\x00"


@pytest.mark.parametrize(
    "start",
    [
        CONNECT + TWENTY_MB,
        CONNECT + b"\xff\xff\xff\xff\x7f",
        CONNECT + b"\x81\x80\x04",
        PUBLISH + TWENTY_MB,
        b"\x00",
    ],
)
def test_mqtt_takes_a_small_connect_first(
    endpoints: Endpoints, iothub: Child, start: bytes
) -> None:
    del iothub
    sent = start + b"\0" * 32_768
    assert exchange(endpoints, "mqtt", sent) == b""


def test_amqp_takes_little_before_the_connection_is_open(
    endpoints: Endpoints, iothub: Child
) -> None:
    del iothub
    frame = (20 * 1024 * 1024).to_bytes(4, "big") + b"\x02\x00\x00\x00"
    with socket.create_connection((endpoints.address, endpoints.amqp), TIMEOUT_S) as connection:
        connection.sendall(AMQP_HEADER + frame)
        taken = 0
        with contextlib.suppress(ConnectionError):
            for _ in range(20 * 16):
                connection.sendall(b"\0" * 65_536)
                taken += 65_536
            while connection.recv(65_536):
                pass
    assert taken < 20 * 1024 * 1024


def test_silent_connections_end(endpoints: Endpoints, iothub: Child, azurite: Child) -> None:
    del iothub, azurite
    ports = ("mqtt", "amqp", "iothub", "blob", "queue", "table")
    with ThreadPoolExecutor(len(ports)) as pool:  # each takes its ten seconds
        answers = list(pool.map(lambda port: exchange(endpoints, port, b""), ports))
    for answer in answers:
        assert answer in {b"", AMQP_HEADER} or answer.startswith(b"HTTP/1.1 408 ")


def test_connections_that_never_begin_their_tls_end(endpoints: Endpoints, iothub: Child) -> None:
    del iothub

    def wait_for_end(port: str) -> bytes:
        address = (endpoints.address, endpoints.ports()[port])
        with socket.create_connection(address, TIMEOUT_S) as connection:
            return connection.recv(65_536)

    with ThreadPoolExecutor(len(TLS_PORTS)) as pool:
        assert set(pool.map(wait_for_end, TLS_PORTS)) == {b""}


@pytest.mark.parametrize("port", ["mqtt", "amqp"])
def test_a_port_that_speaks_no_http_answers_none(
    endpoints: Endpoints, iothub: Child, port: str
) -> None:
    del iothub
    request = make_request("POST", "/", {"Host": "evil.example", "Origin": "http://evil.example"})
    assert exchange(endpoints, port, request) in {b"", AMQP_HEADER}


# ── addresses ────────────────────────────────────────────────────────────────────────────────

COMMANDS = {
    "cosmos": [sys.executable, "-m", "local.standins.cosmos", "--state", "x", "--key", "a2V5"],
    "webpubsub": [sys.executable, "-m", "local.standins.webpubsub", "--key", "k"],
    "insights": [sys.executable, "-m", "local.standins.insights", "--state", "x", "--key", "k"],
    "functions_host": [sys.executable, "-m", "local.standins.functions_host", "--app", "x"],
    "front_door": [
        sys.executable, "-m", "local.standins.front_door", "--functions-url", "http://localhost",
    ],
    "the whole stack": [sys.executable, "-m", "local", "up"],
    "iothub": [
        "node", str(ROOT / "local/standins/iothub/main.js"), "--state", "x", "--key", "a2V5",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_an_address_beyond_this_machine_is_refused(name: str) -> None:
    for address in ("0.0.0.0", "192.168.1.7", "::", "example.org"):
        ended = subprocess.run(
            [*COMMANDS[name], "--address", address],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ended.returncode == 2
        assert f"{address} " in ended.stderr
        assert "other machines" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_no_service_is_started_on_an_address_beyond_this_machine(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="other machines"):
        services.make_azurite(Endpoints(address="0.0.0.0"), tmp_path)
