"""The Web PubSub stand-in's client protocols, through the official client and bare sockets."""

from __future__ import annotations

import threading
import time
from typing import Any

import jwt
import pytest
from azure.messaging.webpubsubclient import WebPubSubClient
from azure.messaging.webpubsubclient.models import (
    CallbackType,
    OnGroupDataMessageArgs,
    SendMessageError,
    WebPubSubDataType,
    WebPubSubProtocolType,
)

from local.endpoints import WEBPUBSUB_KEY, Endpoints
from tests.contract.webpubsub_clients import (
    JSON,
    RELIABLE,
    client_url,
    listening,
    refusal,
    service,
    socket,
    until,
)

pytestmark = pytest.mark.usefixtures("webpubsub")

ALL_ROLES = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"]


async def test_clients_talk_in_a_group(endpoints: Endpoints) -> None:
    async with (
        listening(client_url(endpoints, user_id="ada", roles=ALL_ROLES)) as ada,
        listening(client_url(endpoints, user_id="bob", roles=ALL_ROLES)) as bob,
    ):
        await ada.client.join_group("talk")
        await bob.client.join_group("talk")
        await ada.client.send_to_group("talk", {"n": 1}, WebPubSubDataType.JSON)
        await ada.client.send_to_group("talk", "two", WebPubSubDataType.TEXT, no_echo=True)
        content = memoryview(b"\x03\x00")
        await ada.client.send_to_group("talk", content, WebPubSubDataType.BINARY, no_echo=True)
        await until(lambda: len(bob.group) == 3, "three messages")
        assert [m.data for m in ada.group] == [{"n": 1}]
        assert [m.from_user_id for m in bob.group] == ["ada"] * 3
        assert bob.group[1].data == "two"
        assert bytes(bob.group[2].data) == b"\x03\x00"
        await bob.client.leave_group("talk")
        await ada.client.send_to_group("talk", {"n": 4}, WebPubSubDataType.JSON)
        await until(lambda: len(ada.group) == 2, "the echo of the last message")
        assert len(bob.group) == 3


async def test_roles_are_enforced_for_each_group(endpoints: Endpoints) -> None:
    roles = ["webpubsub.joinLeaveGroup.site:a", "webpubsub.sendToGroup.site:b"]
    async with listening(client_url(endpoints, roles=roles)) as listener:
        client = listener.client
        await client.join_group("site:a")
        await client.send_to_group("site:b", {}, WebPubSubDataType.JSON)
        for refused in (
            client.join_group("site:b"),
            client.send_to_group("site:a", {}, WebPubSubDataType.JSON),
        ):
            with pytest.raises(SendMessageError) as error:
                await refused
            assert error.value.error_detail is not None
            assert error.value.error_detail.name == "Forbidden"


async def test_a_client_without_roles_gets_its_tokens_groups_only(endpoints: Endpoints) -> None:
    async with listening(client_url(endpoints, groups=["site:a", "site:b"])) as listener:
        with service(endpoints) as sender:
            for site in "abc":
                sender.send_to_group(f"site:{site}", {"site": site})
        await until(lambda: len(listener.group) == 2, "two messages")
        assert [m.data["site"] for m in listener.group] == ["a", "b"]


async def test_events_are_refused_with_a_reason(endpoints: Endpoints) -> None:
    async with listening(client_url(endpoints)) as listener:
        with pytest.raises(SendMessageError) as error:
            await listener.client.send_event("hello", {}, WebPubSubDataType.JSON)
        assert error.value.error_detail is not None
        assert "no event handlers" in error.value.error_detail.message


async def test_the_plain_subprotocol_through_the_official_client(endpoints: Endpoints) -> None:
    url = client_url(endpoints, roles=ALL_ROLES)
    async with listening(url, protocol_type=WebPubSubProtocolType.JSON) as listener:
        await listener.client.join_group("plain")
        await listener.client.send_to_group("plain", {"n": 1}, WebPubSubDataType.JSON)
        await until(lambda: bool(listener.group), "a message")
        assert listener.group[0].sequence_id is None


def test_the_synchronous_client(endpoints: Endpoints) -> None:
    client = WebPubSubClient(client_url(endpoints, roles=ALL_ROLES))
    arrived = threading.Event()
    received: list[OnGroupDataMessageArgs] = []

    def note(message: OnGroupDataMessageArgs) -> None:
        received.append(message)
        arrived.set()

    client.subscribe(CallbackType.GROUP_MESSAGE, note)
    with client:
        client.join_group("sync")
        client.send_to_group("sync", {"n": 1}, WebPubSubDataType.JSON)
        assert arrived.wait(10)
    assert received[0].data == {"n": 1}
    assert received[0].sequence_id == 1


async def test_a_request_is_carried_out_once_for_each_ack_id(endpoints: Endpoints) -> None:
    url = client_url(endpoints, roles=ALL_ROLES, groups=["once"], user_id="ada")
    request = {"type": "sendToGroup", "group": "once", "data": 1, "ackId": 7}
    async with socket(url, JSON) as ws:
        connected = await ws.receive_json()
        assert connected["event"] == "connected"
        assert connected["userId"] == "ada"
        assert "reconnectionToken" not in connected
        await ws.send_json(request)
        message = await ws.receive_json()
        assert message == {
            "type": "message", "from": "group", "group": "once", "fromUserId": "ada",
            "dataType": "json", "data": 1,
        }  # fmt: skip
        assert await ws.receive_json() == {"type": "ack", "ackId": 7, "success": True}
        await ws.send_json(request)
        answer = await ws.receive_json()
        assert (answer["success"], answer["error"]["name"]) == (False, "Duplicate")
        await ws.send_json({"type": "ping"})
        assert await ws.receive_json() == {"type": "pong"}


async def test_a_refused_request_may_be_tried_again(endpoints: Endpoints) -> None:
    async with socket(client_url(endpoints), RELIABLE) as ws:
        connection_id = (await ws.receive_json())["connectionId"]
        request = {"type": "joinGroup", "group": "later", "ackId": 1}
        await ws.send_json(request)
        assert (await ws.receive_json())["error"]["name"] == "Forbidden"
        with service(endpoints) as sender:
            sender.grant_permission("joinLeaveGroup", connection_id)
        await ws.send_json(request)
        assert await ws.receive_json() == {"type": "ack", "ackId": 1, "success": True}


async def test_a_client_without_subprotocol_receives_raw_content(endpoints: Endpoints) -> None:
    async with socket(client_url(endpoints, user_id="raw")) as ws:
        with service(endpoints) as sender:
            await until(lambda: sender.user_exists("raw"), "the connection")
            sender.send_to_user("raw", {"n": 1})
            sender.send_to_user("raw", "words", content_type="text/plain")
            sender.send_to_user("raw", b"\x00\xff", content_type="application/octet-stream")  # type: ignore[call-overload]  # the SDK takes bytes, its types say IO
        assert await ws.receive_json() == {"n": 1}
        assert await ws.receive_str() == "words"
        assert await ws.receive_bytes() == b"\x00\xff"
        await ws.send_str("anyone there?")
        end = await ws.receive()
        assert end.data == 1008
        assert "only receives" in str(end.extra)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ('{"type": 1}', "type must be a text"),
        ('{"type": "joinGroup"}', "group must be a text"),
        ('{"type": "ping", "ackId": -1}', "ackId must be a whole number"),
        ('{"type": "dance"}', "'dance' are not supported"),
        ('{"type": "sequenceAck", "sequenceId": "x"}', "sequenceId must be a whole number"),
        ('{"type": "sendToGroup", "group": "g", "dataType": "binary", "data": "%"}', "base64"),
    ],
)
async def test_a_malformed_frame_ends_the_connection(
    endpoints: Endpoints, frame: str, reason: str
) -> None:
    async with socket(client_url(endpoints, roles=ALL_ROLES), RELIABLE) as ws:
        await ws.receive_json()
        await ws.send_str(frame)
        farewell = await ws.receive_json()
        assert farewell["event"] == "disconnected"
        assert reason in farewell["message"]
        end = await ws.receive()
        assert end.data == 1008
        assert reason in str(end.extra)


@pytest.mark.parametrize("kind", ["setGroupState", "streamData"])
async def test_newer_requests_are_answered_as_not_supported(
    endpoints: Endpoints, kind: str
) -> None:
    async with socket(client_url(endpoints), JSON) as ws:
        await ws.receive_json()
        await ws.send_json({"type": kind, "group": "g", "ackId": 3})
        assert (await ws.receive_json())["error"]["name"] == "NotSupported"
        await ws.send_json({"type": "invoke", "invocationId": "i", "event": "e"})
        answer = await ws.receive_json()
        assert (answer["invocationId"], answer["success"]) == ("i", False)


@pytest.mark.parametrize(
    ("changes", "key", "status"),
    [
        ({}, WEBPUBSUB_KEY, 101),
        ({}, "a-key-that-is-long-enough-but-is-not-ours", 401),
        ({"aud": "/client/hubs/other"}, WEBPUBSUB_KEY, 401),
        ({"exp": 1}, WEBPUBSUB_KEY, 401),
        ({"role": {"not": "a list"}}, WEBPUBSUB_KEY, 401),
    ],
)
async def test_the_clients_token_is_really_checked(
    endpoints: Endpoints, changes: dict[str, Any], key: str, status: int
) -> None:
    origin = f"{endpoints.host}:{endpoints.webpubsub}"
    claims = {"aud": "/client/hubs/tocsin", "exp": int(time.time()) + 60} | changes
    claims["aud"] = f"http://{origin}{claims['aud']}"
    token = jwt.encode(claims, key, algorithm="HS256")
    url = f"ws://{origin}/client/hubs/tocsin"
    assert await refusal(f"{url}?access_token={token}", JSON) == status


async def test_a_connection_without_token_or_protocol_is_refused(endpoints: Endpoints) -> None:
    url = client_url(endpoints)
    assert await refusal(url.partition("?")[0], JSON) == 401
    assert await refusal(url, "protobuf.webpubsub.azure.v1") == 501
    assert await refusal(url, "mqtt", JSON) == 101
