"""No log has a credential, however it was sent and whatever was wrong with it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.functions_hosts import make_api_host
from tests.contract.raw_http import connect, make_request

SECRET = "s3cr3t"
MARK = base64.b64encode(b"s3cr3t" * 3).decode()
# In full, encoded, or the start of it, as errors quote what they cannot read.
SEARCHED = (SECRET, MARK[:16], quote(MARK)[:16], SECRET.encode().hex()[:8])
HTTP_PORTS = (
    "functions", "front", "cosmos", "webpubsub", "insights", "iothub", "blob", "queue", "table",
)  # fmt: skip
PATHS = {
    "functions": "/api/devices",
    "front": "/api/devices",
    "cosmos": "/dbs/d/colls/c/docs/i",
    "webpubsub": "/client/hubs/h",
    "insights": "/v2.1/track",
    "iothub": "/devices/d",
    "blob": "/devstoreaccount1/box/blob",
    "queue": "/devstoreaccount1/line/messages",
    "table": "/devstoreaccount1/Tables",
}
CREDENTIALS = (
    f"Authorization: Bearer {SECRET}",
    f"Authorization: SharedKey devstoreaccount1:{MARK}",
    f"Authorization: SharedAccessSignature sr=localhost&sig={quote(MARK)}&se=9999999999&skn=x",
    f"Authorization: {quote(f'type=master&ver=1.0&sig={MARK}', safe='')}",
    f"Authorization: Basic {MARK}",
    f"Authorization: Bearer a\x01{SECRET}",
    f"Authorization: Bearer \udcff{SECRET}",
    f"Authorization : Bearer {SECRET}",
    f"Auth\x00orization: {SECRET}",
    f" {SECRET}",
    f"Cookie: tocsin-local-user={SECRET}; AppServiceAuthSession={SECRET}",
    f"x-functions-key: {SECRET}",
    f"X-MS-CLIENT-PRINCIPAL: {MARK}",
    f"X-MS-TOKEN-AAD-ACCESS-TOKEN: {SECRET}",
    f"X-Long: {SECRET * 20_000}",
)
QUERIES = (
    f"access_token={SECRET}",
    f"awps_connection_id=c&awps_reconnection_token={SECRET}",
    f"code={SECRET}",
    f"sv=2021-12-02&sig={quote(MARK)}&se=2099-01-01&sp=r&sr=b",
    f"x=%zz{SECRET}",
)


SERVICES = ("front_door", "cosmos", "webpubsub", "insights", "iothub", "azurite")


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, endpoints: Endpoints, state: Path
) -> Iterator[list[Child]]:
    host = make_api_host(endpoints, state)
    host.start()
    yield [host, *(request.getfixturevalue(name) for name in SERVICES)]
    host.stop()


def list_requests(endpoints: Endpoints, port: str) -> Iterator[bytes]:
    """Requests that bring secrets in every place where one may stand, well-formed or not."""
    own = f"{endpoints.address}:{endpoints.ports()[port]}"
    path = PATHS[port]
    plain = {"Host": own, "Connection": "close"}
    upgrade = {
        "Host": own,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": MARK,
    }
    for credential in CREDENTIALS:
        head = make_request("GET", path, plain)
        yield head[:-2] + f"{credential}\r\n\r\n".encode("utf-8", "surrogateescape")
    for query in QUERIES:
        yield make_request("GET", f"{path}?{query}", plain)
        yield make_request("GET", f"{path}?{query}", upgrade)
    yield make_request("POST", path, plain, json.dumps({"password": SECRET}).encode())
    yield make_request("POST", path, plain, f"{{{SECRET}".encode())
    yield f"GET {path}?code={SECRET} HTTP/7.x\r\n\r\n".encode()
    yield f"{SECRET}\r\n\r\n".encode()
    yield f"GET http://user:{SECRET}@{own}{path} HTTP/1.1\r\nHost: {own}\r\n\r\n".encode()
    chunked = make_request("POST", path, {**plain, "Transfer-Encoding": "chunked"})
    yield chunked.replace(b"Content-Length: 0\r\n", b"") + f"{SECRET}\r\n".encode()


def frame(content: bytes) -> bytes:
    """An AMQP frame of the login."""
    return (8 + len(content)).to_bytes(4, "big") + b"\x02\x01\x00\x00" + content


def list_logins() -> Iterator[bytes]:
    """What an AMQP client sends that logs in with a secret, and one that gets it wrong."""
    header = b"AMQP\x03\x01\x00\x00"
    answer = f"\0user\0{SECRET}".encode()
    fields = b"\xa3\x05PLAIN" + b"\xa0" + bytes([len(answer)]) + answer
    login = b"\x00\x53\x41\xc0" + bytes([len(fields) + 1, 2]) + fields
    yield header + frame(login)
    yield header + frame(login) + SECRET.encode() * 9
    yield header + frame(login.replace(b"PLAIN", b"OTHER"))
    yield header + frame(SECRET.encode())
    yield SECRET.encode() * 4


def list_connects(host: str) -> Iterator[bytes]:
    """MQTT's CONNECT with a secret for a password, and packets that are none."""
    signature = f"SharedAccessSignature sr={host}%2Fdevices%2Fd&sig={quote(MARK)}&se=9999999999"
    for password in (SECRET, signature, f"{signature}&skn={SECRET}"):
        for user in (f"{host}/d/?api-version=2021-04-12", f"{host}/other/?api-version=1", "d"):
            texts = b"".join(
                len(text).to_bytes(2, "big") + text.encode() for text in ("d", user, password)
            )
            content = b"\x00\x04MQTT\x04\xc2\x00\x3c" + texts
            length = len(content)
            yield bytes([0x10, 0x80 | length & 0x7F, length >> 7]) + content
    yield b"\x10\x20\x00\x04MQ??" + SECRET.encode() * 5
    yield SECRET.encode() * 4


def send(endpoints: Endpoints, port: str, request: bytes) -> None:
    """Send *request* and look away."""
    with connect(endpoints, port) as connection:
        connection.settimeout(0.3)
        try:
            connection.sendall(request)
            while connection.recv(65_536):
                pass
        except OSError:
            pass  # it hangs up, or waits for more: both are right here


@pytest.mark.parametrize("port", [*HTTP_PORTS, "mqtt", "amqp"])
def test_no_credential_is_in_a_log(
    endpoints: Endpoints, state: Path, running: list[Child], port: str
) -> None:
    assert all(child.running for child in running)
    if port == "mqtt":
        sent = list_connects(endpoints.host)
    elif port == "amqp":
        sent = list_logins()
    else:
        sent = list_requests(endpoints, port)
    for request in sent:
        send(endpoints, port, request)
    assert find_quotes(state / "logs") == []


def find_quotes(logs: Path) -> list[str]:
    """The lines of all logs that have one of the secrets."""
    return [
        f"{path.name}: {line[:300]}"
        for path in sorted(logs.rglob("*.log"))
        for line in path.read_text("utf-8", "replace").splitlines()
        if any(secret in line for secret in SEARCHED)
    ]
