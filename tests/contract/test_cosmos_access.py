"""Who is let in, and requests no SDK would send."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from urllib.parse import quote

import pytest
from azure.cosmos import CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError

from local.endpoints import COSMOS_KEY, Endpoints
from local.processes import Child
from tests.contract.cosmos_clients import client, fresh_container, url


@pytest.fixture(scope="module")
def link(cosmos: Child, endpoints: Endpoints) -> Iterator[str]:
    """The link of a container."""
    with client(endpoints) as connected:
        yield fresh_container(connected.create_database("access")).container_link


def request(
    endpoints: Endpoints,
    method: str,
    path: str,
    *,
    signed: tuple[str, str] = ("", ""),
    body: bytes = b"",
    date: str | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str]]:
    """Send a request signed for (resource type, resource link); returns status and JSON."""
    date = date or formatdate(usegmt=True)
    text = f"{method.lower()}\n{signed[0]}\n{signed[1]}\n{date.lower()}\n\n".encode()
    key = base64.b64decode(COSMOS_KEY)
    signature = base64.b64encode(hmac.digest(key, text, "sha256")).decode()
    sent = {
        "authorization": quote(f"type=master&ver=1.0&sig={signature}", safe=""),
        "x-ms-date": date,
        **(headers or {}),
    }
    connection = http.client.HTTPConnection(endpoints.address, endpoints.cosmos, timeout=10)
    connection.request(method, path, body=body, headers=sent)
    response = connection.getresponse()
    answer = json.loads(response.read() or b"{}")
    connection.close()
    return response.status, answer


def test_a_wrong_key_is_refused(link: str, endpoints: Endpoints) -> None:
    wrong = base64.b64encode(b"another key altogether, of any length").decode()
    with pytest.raises(CosmosHttpResponseError) as caught:
        CosmosClient(url(endpoints), wrong)
    assert caught.value.status_code == 401


@pytest.mark.parametrize(("minutes", "status"), [(-16, 401), (-14, 200), (14, 200), (16, 401)])
def test_the_date_may_be_a_quarter_of_an_hour_off(
    link: str, endpoints: Endpoints, minutes: int, status: int
) -> None:
    date = formatdate(time.time() + minutes * 60, usegmt=True)
    assert request(endpoints, "GET", "/", date=date)[0] == status


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ""},
        {"authorization": "Bearer abc"},
        {"authorization": quote("type=aad&ver=1.0&sig=abc", safe="")},
        {"authorization": quote("type=master&ver=1.0&sig=é", safe="")},
        {"x-ms-date": "yesterday"},
    ],
)
def test_a_malformed_token_is_refused(
    link: str, endpoints: Endpoints, headers: dict[str, str]
) -> None:
    status, answer = request(endpoints, "GET", "/", headers=headers)
    assert (status, answer["code"]) == (401, "Unauthorized")
    assert answer["message"]


def test_a_signature_is_for_one_resource(link: str, endpoints: Endpoints) -> None:
    assert request(endpoints, "GET", f"/{link}", signed=("colls", link))[0] == 200
    assert request(endpoints, "GET", f"/{link}", signed=("colls", link + "x"))[0] == 401
    assert request(endpoints, "GET", f"/{link}", signed=("docs", link))[0] == 401


def test_resource_ids_address_as_names_do(link: str, endpoints: Endpoints) -> None:
    _, container = request(endpoints, "GET", f"/{link}", signed=("colls", link))
    rid = container["_rid"]
    by_rid = f"/{container['_self']}pkranges"
    status, ranges = request(endpoints, "GET", by_rid, signed=("pkranges", rid.lower()))
    assert status == 200
    assert ranges["_rid"] == rid


@pytest.mark.parametrize(
    ("body", "headers", "part"),
    [
        (b"{", {}, "not valid JSON"),
        (b"[]", {}, "JSON object"),
        (b'{"id": "a/b", "deviceId": "d"}', {}, "a/b"),
        (b'{"id": 5, "deviceId": "d"}', {}, "string"),
        (b'{"id": "1", "deviceId": "d", "v": NaN}', {}, "not valid JSON"),
        (b'{"id": "1", "deviceId": "d"}', {"x-ms-documentdb-partitionkey": "d"}, "not JSON"),
        (b'{"id": "1", "deviceId": "d"}', {"x-ms-documentdb-partitionkey": '["e"]'}, "match"),
        (b'{"query": 5}', {"x-ms-documentdb-isquery": "true"}, "query"),
        (b'{"query": "SELECT 1", "parameters": [1]}', {"x-ms-documentdb-isquery": "true"}, "name"),
        (b"{}", {"x-ms-cosmos-is-batch-request": "true"}, "list"),
    ],
)
def test_a_malformed_body_is_refused(
    link: str, endpoints: Endpoints, body: bytes, headers: dict[str, str], part: str
) -> None:
    status, answer = request(
        endpoints, "POST", f"/{link}/docs", signed=("docs", link), body=body, headers=headers
    )
    assert (status, answer["code"]) == (400, "BadRequest")
    assert part in answer["message"]


def test_an_endless_body_is_cut_off(link: str, endpoints: Endpoints) -> None:
    body = b'{"id": "1", "pad": "' + b"x" * (5 * 1024 * 1024)
    status, answer = request(endpoints, "POST", f"/{link}/docs", signed=("docs", link), body=body)
    assert (status, answer["code"]) == (413, "RequestEntityTooLarge")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/dbs", 405),
        ("GET", "/media", 501),
        ("GET", "/dbs/access/colls/c/schemas", 501),
    ],
)
def test_an_unknown_operation_is_named(
    link: str, endpoints: Endpoints, method: str, path: str, status: int
) -> None:
    owner, _, kind = path.strip("/").rpartition("/")
    found, answer = request(endpoints, method, path, signed=(kind, owner))
    assert found == status
    assert method in answer["message"]
