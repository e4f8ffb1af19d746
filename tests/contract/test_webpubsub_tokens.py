"""The Web PubSub stand-in: whose calls it takes, and the tokens that it makes."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import requests
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.messaging.webpubsubservice import WebPubSubServiceClient

from local.endpoints import WEBPUBSUB_KEY, Endpoints
from tests.contract.webpubsub_clients import HUB, listening, service, until

pytestmark = pytest.mark.usefixtures("webpubsub")


def test_a_wrong_key_is_refused(endpoints: Endpoints) -> None:
    endpoint = f"http://{endpoints.host}:{endpoints.webpubsub}"
    key = AzureKeyCredential("a-key-that-is-long-enough-but-is-not-ours")
    with (
        WebPubSubServiceClient(endpoint, HUB, key) as forger,
        pytest.raises(ClientAuthenticationError, match="Signature verification failed"),
    ):
        forger.send_to_all({"forged": True})


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 202),
        ({"aud": "{origin}/api/hubs/tocsin/:send?api-version=2024-12-01"}, 202),
        ({"aud": "{origin}/api/hubs/tocsin/:send?api-version=2020-01-01"}, 401),
        ({"aud": "{origin}/api/hubs/other/:send"}, 401),
        ({"aud": "http://elsewhere/api/hubs/tocsin/:send"}, 401),
        ({"exp": 1}, 401),
        ({"exp": None}, 401),
    ],
)
def test_the_token_of_a_call_is_really_checked(
    endpoints: Endpoints, claims: dict[str, Any], status: int
) -> None:
    origin = f"http://{endpoints.host}:{endpoints.webpubsub}"
    path = "/api/hubs/tocsin/:send"
    claims = {"aud": f"{origin}{path}", "exp": int(time.time()) + 60} | claims
    payload = {
        name: value.format(origin=origin) if isinstance(value, str) else value
        for name, value in claims.items()
        if value is not None
    }
    token = jwt.encode(payload, WEBPUBSUB_KEY, algorithm="HS256")
    answer = requests.post(
        f"{origin}{path}?api-version=2024-12-01",
        json={"n": 1},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    assert answer.status_code == status


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer abc", "Basic YTpi"])
def test_what_is_no_token_is_refused(endpoints: Endpoints, authorization: str) -> None:
    url = f"http://{endpoints.host}:{endpoints.webpubsub}/api/hubs/tocsin/:send"
    answer = requests.post(
        url, json={}, headers={"Authorization": authorization} if authorization else {}, timeout=10
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "Unauthorized"


def ask_for_token(endpoints: Endpoints, query: str) -> requests.Response:
    url = f"http://{endpoints.host}:{endpoints.webpubsub}/api/hubs/{HUB}/:generateToken?{query}"
    token = jwt.encode({"aud": url, "exp": int(time.time()) + 60}, WEBPUBSUB_KEY, algorithm="HS256")
    return requests.post(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)


async def test_a_token_that_the_service_makes_opens_what_it_was_asked_for(
    endpoints: Endpoints,
) -> None:
    query = "userId=ada&role=webpubsub.joinLeaveGroup.a&group=a&group=b&minutesToExpire=10"
    token = ask_for_token(endpoints, query).json()["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 600
    url = f"ws://{endpoints.host}:{endpoints.webpubsub}/client/hubs/{HUB}?access_token={token}"
    async with listening(url) as listener:
        with service(endpoints) as sender:
            assert sender.user_exists("ada")
            sender.send_to_group("b", {"n": 1})
        await until(lambda: bool(listener.group), "a message of a group that the token names")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("minutesToExpire=0", 400),
        ("minutesToExpire=soon", 400),
        ("minutesToExpire=%D9%A1", 400),
        ("clientType=MQTT", 501),
    ],
)
def test_a_token_that_cannot_be_made_is_refused(
    endpoints: Endpoints, query: str, status: int
) -> None:
    assert ask_for_token(endpoints, query).status_code == status
