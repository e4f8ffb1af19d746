"""Which Host and Origin headers the front door lets pass."""

from __future__ import annotations

import base64
import json

import pytest

from local.standins.front_door.guard import host_allowed, is_loopback, origin_allowed
from local.standins.front_door.page import security_headers
from local.standins.front_door.principal import PRINCIPALS, principal_headers


@pytest.mark.parametrize(
    ("host", "address", "allowed"),
    [
        ("localhost:4280", "127.0.0.1", True),
        ("LOCALHOST", "127.0.0.1", True),
        ("127.0.0.1:4280", "127.0.0.1", True),
        ("127.0.0.2:4280", "127.0.0.1", False),
        ("[::1]:4280", "::1", True),
        ("evil.example", "127.0.0.1", False),
        ("localhost.evil.example", "127.0.0.1", False),
        ("127.0.0.1.evil.example", "127.0.0.1", False),
        ("192.168.1.7:4280", "127.0.0.1", False),
        ("192.168.1.7:4280", "0.0.0.0", True),
        ("evil.example", "0.0.0.0", False),
        ("", "127.0.0.1", False),
        ("a b", "127.0.0.1", False),
        ("localhost:x", "127.0.0.1", False),
    ],
)
def test_hosts(host: str, address: str, allowed: bool) -> None:
    assert host_allowed(host, address) is allowed


@pytest.mark.parametrize(
    ("origin", "fetch_site", "allowed"),
    [
        (None, None, True),
        (None, "same-origin", True),
        (None, "cross-site", False),
        (None, "same-site", False),
        ("http://localhost:4280", "same-origin", True),
        ("https://localhost:4280", None, False),
        ("http://localhost:4281", None, False),
        ("null", None, False),
    ],
)
def test_origins(origin: str | None, fetch_site: str | None, allowed: bool) -> None:
    assert origin_allowed(origin, fetch_site, "localhost:4280") is allowed


def test_loopback() -> None:
    assert all(is_loopback(one) for one in ("127.0.0.1", "127.3.4.5", "::1", "localhost"))
    assert not any(is_loopback(one) for one in ("0.0.0.0", "192.168.1.7", "example"))


def test_the_principal_is_in_the_shape_of_app_service() -> None:
    operator = PRINCIPALS["operator"]
    assert operator is not None
    headers = principal_headers(operator)
    principal = json.loads(base64.b64decode(headers["x-ms-client-principal"]))
    assert set(principal) == {"auth_typ", "name_typ", "role_typ", "claims"}
    assert {"typ": "roles", "val": "operator"} in principal["claims"]
    assert {"typ": "roles", "val": "viewer"} in principal["claims"]
    assert headers["x-ms-client-principal-id"] == "local-operator"


def test_the_page_may_open_websockets_on_this_machine_only() -> None:
    policy = security_headers("127.9.9.1")["Content-Security-Policy"]
    directives = {one.split()[0]: one.split()[1:] for one in policy.split(";")}
    assert directives["connect-src"] == [
        "'self'", "ws://localhost:*", "ws://127.0.0.1:*", "ws://127.9.9.1:*",
    ]  # fmt: skip
