"""Every route of the stand-ins for Azure's services, asked by every kind of caller."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import jwt
import pytest

from local.endpoints import COSMOS_KEY, IOTHUB_KEY, WEBPUBSUB_KEY, Endpoints
from local.processes import ROOT, Child
from local.standins.cosmos.routes import ROUTES as COSMOS_ROUTES
from local.standins.insights.callers import AnyCaller
from local.standins.insights.routes import list_routes as list_insights_routes
from local.standins.insights.state import TelemetryFiles
from local.standins.webpubsub.access.callers import KeyCallers
from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.routes import list_routes
from local.standins.webpubsub.state import Hubs
from tests.contract.iothub_clients import sas_token
from tests.contract.raw_http import make_request, read_status
from tests.contract.route_tables import CALLERS, Line
from tests.contract.route_tables_of_services import (
    BLOB,
    COSMOS,
    INSIGHTS,
    IOT_HUB,
    QUEUE,
    TABLE,
    WEB_PUB_SUB,
)

EVIL = "evil.example"
ANOTHER_KEY = base64.b64encode(b"a key of somebody else, as long as they come").decode()
ALIENS = {"alien-host": {"Host": EVIL}, "alien-origin": {"Origin": f"http://{EVIL}"}}
OTHER_PORTS = {  # tested elsewhere: test_routes_of_api, and test_listening for what is no HTTP
    "functions", "front", "mqtt", "amqp",
}  # fmt: skip

Credentials = Callable[[str], dict[str, str]]


def ask_as_each(
    endpoints: Endpoints, port: str, line: Line, credentials: Credentials, *, target: str
) -> dict[str, int]:
    """The status that each caller of the table gets."""
    statuses = {}
    for caller in CALLERS:
        headers = {"Host": f"{endpoints.address}:{endpoints.ports()[port]}"}
        headers |= credentials("operator" if caller in ALIENS else caller) | ALIENS.get(caller, {})
        method = "GET" if line.method == "*" else line.method
        body = b"{}" if method in {"POST", "PUT", "PATCH"} else b""
        statuses[caller] = read_status(endpoints, port, make_request(method, target, headers, body))
    return statuses


# ── Cosmos DB ────────────────────────────────────────────────────────────────────────────────

KINDS = {
    "": {},
    "query": {"x-ms-documentdb-isquery": "True", "content-type": "application/query+json"},
    "plan": {"x-ms-cosmos-is-query-plan-request": "True"},
    "batch": {"x-ms-cosmos-is-batch-request": "True"},
    "changes": {"A-IM": "Incremental feed"},
}


@pytest.mark.parametrize("line", COSMOS, ids=str)
def test_cosmos(endpoints: Endpoints, cosmos: Child, line: Line) -> None:
    assert cosmos.running
    path, _, kind = line.target.partition("#")
    parts = path.strip("/").split("/") if path != "/" else []
    is_feed = len(parts) % 2 == 1
    resource = parts[-1] if is_feed else parts[-2] if parts else ""
    link = "/".join(parts[:-1] if is_feed else parts)

    def credentials(caller: str) -> dict[str, str]:
        date = formatdate(usegmt=True)
        key = ANOTHER_KEY if caller == "forged" else COSMOS_KEY
        of = "dbs/elsewhere" if caller == "viewer" else link
        text = f"{line.method.lower()}\n{resource}\n{of}\n{date.lower()}\n\n".encode()
        signature = base64.b64encode(hmac.digest(base64.b64decode(key), text, "sha256")).decode()
        token = quote(f"type=master&ver=1.0&sig={signature}", safe="")
        by_caller = {"nobody": {}, "malformed": {"Authorization": "type=master&sig"}}
        return {"x-ms-date": date, **KINDS[kind], **by_caller.get(caller, {"Authorization": token})}

    found = ask_as_each(endpoints, "cosmos", line, credentials, target=path)
    assert found == line.statuses


def test_every_route_of_cosmos_has_a_line() -> None:
    found = [
        f"{method} /{shape}{f'#{kind}' if kind else ''}" for method, shape, kind in COSMOS_ROUTES
    ]
    assert sorted(found) == sorted(line.name for line in COSMOS)


# ── Web PubSub ───────────────────────────────────────────────────────────────────────────────

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": base64.b64encode(b"sixteen bytes ok").decode(),
}


@pytest.mark.parametrize("line", WEB_PUB_SUB, ids=str)
def test_web_pubsub(endpoints: Endpoints, webpubsub: Child, line: Line) -> None:
    assert webpubsub.running
    own = f"http://{endpoints.address}:{endpoints.webpubsub}"
    is_client = line.target.startswith("/client/")
    service = line.target if not is_client else "/api/hubs/h/:send"

    def credentials(caller: str) -> dict[str, str]:
        key = ANOTHER_KEY if caller == "forged" else WEBPUBSUB_KEY
        audience = own + ("/client/hubs/h" if caller == "viewer" else service)
        claims = {"aud": audience, "exp": int(time.time()) + 60}
        token = {"malformed": "abc"}.get(caller, jwt.encode(claims, key, algorithm="HS256"))
        signed = {} if caller == "nobody" else {"Authorization": f"Bearer {token}"}
        return {**signed, **(UPGRADE if is_client else {"Content-Type": "application/json"})}

    found = ask_as_each(endpoints, "webpubsub", line, credentials, target=line.target)
    assert found == line.statuses


def test_every_route_of_web_pubsub_has_a_line() -> None:
    origins = Origins("127.0.0.1", 1)
    callers = KeyCallers("k", origins)
    routes = list_routes(Hubs(retention_s=1), key="k", origins=origins, callers=callers)
    found = [f"{route.method} {re.sub(r':[.][*]', '', route.path)}" for route in routes]
    assert sorted(found) == sorted(line.name for line in WEB_PUB_SUB)


# ── Application Insights ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("line", INSIGHTS, ids=str)
def test_application_insights(endpoints: Endpoints, insights: Child, line: Line) -> None:
    assert insights.running

    def credentials(caller: str) -> dict[str, str]:
        return {} if caller == "nobody" else {"Authorization": "Bearer x"}

    found = ask_as_each(endpoints, "insights", line, credentials, target=line.target)
    assert found == line.statuses


def test_every_route_of_application_insights_has_a_line(tmp_path: Path) -> None:
    routes = list_insights_routes(TelemetryFiles(tmp_path), AnyCaller(), instrumentation_key="k")
    found = [f"{route.method} {re.sub(r':[.][*]', '', route.path)}" for route in routes]
    assert sorted(found) == sorted(line.name for line in INSIGHTS)


# ── IoT Hub ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("line", IOT_HUB, ids=str)
def test_iot_hub(endpoints: Endpoints, iothub: Child, line: Line) -> None:
    assert iothub.running
    end = time.time() + 60

    def credentials(caller: str) -> dict[str, str]:
        key = ANOTHER_KEY if caller == "forged" else IOTHUB_KEY
        policy = "device" if caller == "viewer" else "iothubowner"
        token = sas_token(endpoints.host, key, end, policy)
        by_caller = {"nobody": {}, "malformed": {"Authorization": "SharedAccessSignature sr=%"}}
        return by_caller.get(caller, {"Authorization": token})

    assert ask_as_each(endpoints, "iothub", line, credentials, target=line.target) == line.statuses


def test_every_route_of_iot_hub_has_a_line() -> None:
    module = (ROOT / "local/standins/iothub/rest/routes.js").as_uri()
    script = (
        f"const {{ routes }} = await import('{module}');"
        "console.log(JSON.stringify(routes.map(({ method, path }) => [method, path.source])))"
    )
    command = [shutil.which("node") or "node", "--input-type=module", "--eval", script]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = [f"{method} {_read_path(source)}" for method, source in json.loads(listed)]
    assert sorted(found) == sorted(line.name for line in IOT_HUB)


def _read_path(source: str) -> str:
    """``/devices/ID`` as the route's regular expression has it."""
    path = source.replace(r"\/", "/").replace("([^/]+)", "ID")
    return path.removeprefix("^").removesuffix("/?$")


# ── storage ──────────────────────────────────────────────────────────────────────────────────

STORAGE = [("blob", line) for line in BLOB] + [("queue", line) for line in QUEUE]
STORAGE += [("table", line) for line in TABLE]


@pytest.mark.parametrize(("port", "line"), STORAGE, ids=str)
def test_storage(endpoints: Endpoints, azurite: Child, port: str, line: Line) -> None:
    assert azurite.running
    account = "devstoreaccount1"
    key = endpoints.storage_connection.split("AccountKey=")[1].split(";")[0]
    has_body = line.method in {"POST", "PUT", "PATCH"}

    def credentials(caller: str) -> dict[str, str]:
        date = formatdate(usegmt=True)
        sent = {"x-ms-date": date, "x-ms-version": "2021-12-02"}
        if has_body and port == "blob":
            sent["x-ms-blob-type"] = "BlockBlob"
        split = urlsplit(line.target)
        query = "".join(f"\n{name}:{text}" for name, text in sorted(parse_qsl(split.query)))
        at = "/devstoreaccount1/elsewhere" if caller == "viewer" else split.path
        names = "".join(f"{name}:{text}\n" for name, text in sorted(sent.items()))
        length = "2" if has_body else ""
        text = f"{line.method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{names}/{account}{at}{query}"
        if port == "table":
            sent["Accept"] = "application/json;odata=nometadata"
            text = f"{line.method}\n\n\n{date}\n/{account}{at}"
        signing = ANOTHER_KEY if caller == "forged" else key
        digest = hmac.new(base64.b64decode(signing), unquote(text).encode(), hashlib.sha256)
        token = f"SharedKey {account}:{base64.b64encode(digest.digest()).decode()}"
        by_caller = {"nobody": {}, "malformed": {"Authorization": "SharedKey"}}
        return {**sent, **by_caller.get(caller, {"Authorization": token})}

    assert ask_as_each(endpoints, port, line, credentials, target=line.target) == line.statuses


def test_every_port_has_a_table() -> None:
    tables = {"cosmos", "webpubsub", "insights", "iothub", *(port for port, _ in STORAGE)}
    assert tables | OTHER_PORTS == Endpoints().ports().keys()
