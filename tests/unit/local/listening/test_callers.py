"""Which Host and Origin headers a stand-in lets pass, and where it may listen."""

from __future__ import annotations

import argparse

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from local.listening.addresses import is_loopback, loopback_address
from local.listening.callers import is_host_allowed, is_link, is_local_page, is_own_page


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
        ("[0:0:0:0:0:0:0:1]:4280", "::1", True),
        ("", "127.0.0.1", False),
        ("a b", "127.0.0.1", False),
        ("localhost:x", "127.0.0.1", False),
        ("evil.example@localhost", "127.0.0.1", False),
        ("localhost/path", "127.0.0.1", False),
        ("localhost?query", "127.0.0.1", False),
    ],
)
def test_hosts(host: str, address: str, allowed: bool) -> None:
    assert is_host_allowed(host, address) is allowed


def make_request(
    origin: str | None, fetch_site: str | None, *, method: str = "POST"
) -> web.Request:
    headers = {"Host": "localhost:4280", "Origin": origin, "Sec-Fetch-Site": fetch_site}
    given = {name: value for name, value in headers.items() if value is not None}
    return make_mocked_request(method, "/", headers=given)


@pytest.mark.parametrize(
    ("origin", "fetch_site", "own", "local"),
    [
        (None, None, True, True),
        (None, "none", True, True),
        (None, "same-origin", True, True),
        (None, "cross-site", False, False),
        (None, "same-site", False, True),
        ("http://localhost:4280", "same-origin", True, True),
        ("HTTP://LOCALHOST:4280", None, True, True),
        ("https://localhost:4280", None, False, True),
        ("http://localhost:4281", None, False, True),
        ("http://127.0.0.1:4281", "cross-site", False, True),
        ("http://[::1]:4281", None, False, True),
        ("http://localhost.evil.example", None, False, False),
        ("http://evil.example", "cross-site", False, False),
        ("file://", None, False, False),
        ("chrome-extension://localhost", None, False, False),
        ("null", None, False, False),
        ("", None, False, False),
    ],
)
def test_pages(origin: str | None, fetch_site: str | None, own: bool, local: bool) -> None:
    request = make_request(origin, fetch_site)
    assert is_own_page(request) is own
    assert is_local_page(request) is local


@pytest.mark.parametrize(
    ("method", "origin", "fetch_site", "link"),
    [
        ("GET", None, "cross-site", True),
        ("HEAD", None, None, True),
        ("GET", "http://evil.example", "cross-site", False),
        ("GET", "null", "cross-site", False),
        ("OPTIONS", None, "cross-site", False),
        ("POST", None, "cross-site", False),
    ],
)
def test_links(method: str, origin: str | None, fetch_site: str | None, link: bool) -> None:
    assert is_link(make_request(origin, fetch_site, method=method)) is link


def test_loopback() -> None:
    assert all(is_loopback(name) for name in ("127.0.0.1", "127.3.4.5", "::1", "localhost"))
    assert not any(is_loopback(name) for name in ("0.0.0.0", "192.168.1.7", "example"))


def test_an_address_that_others_reach_is_refused_in_a_sentence() -> None:
    assert loopback_address("127.3.4.5") == "127.3.4.5"
    with pytest.raises(argparse.ArgumentTypeError, match="can be reached from other machines"):
        loopback_address("0.0.0.0")
