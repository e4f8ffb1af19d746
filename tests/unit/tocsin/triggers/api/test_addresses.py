"""From where a request comes is what the platform says, not what the caller does."""

from __future__ import annotations

import azure.functions as func
import pytest

from tocsin.triggers.api.addresses import UNKNOWN, find_address

URL = "https://tocsin.example/api/health"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("10.0.0.1, 192.0.2.1:443", "192.0.2.1"),
        ("2001:db8:0:7:1::9", "2001:db8:0:7::/64"),
        ("[2001:db8:0:7:2::8]:443", "2001:db8:0:7::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1,", UNKNOWN),
        ("me", UNKNOWN),
        ("[", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_last_address_counts(forwarded: str, address: str) -> None:
    headers = {"X-Forwarded-For": forwarded}
    request = func.HttpRequest(
        "GET", "https://tocsin.example/api/health", headers=headers, body=b""
    )
    assert find_address(request) == address


def test_without_the_header_it_is_unknown() -> None:
    request = func.HttpRequest("GET", URL, body=b"")
    assert find_address(request) == UNKNOWN
