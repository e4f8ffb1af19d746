"""The Web PubSub stand-in's REST, through the official service SDK."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.messaging.webpubsubservice import WebPubSubServiceClient
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient as AioServiceClient

from local.endpoints import Endpoints
from tests.contract.webpubsub_clients import (
    HUB,
    JSON,
    client_url,
    listening,
    service,
    socket,
    until,
)

pytestmark = pytest.mark.usefixtures("webpubsub")


@pytest.fixture
def sender(endpoints: Endpoints) -> Iterator[WebPubSubServiceClient]:
    with service(endpoints) as client:
        yield client


async def test_sends_to_a_group_reach_its_members_only(
    endpoints: Endpoints, sender: WebPubSubServiceClient
) -> None:
    async with (
        listening(client_url(endpoints, groups=["site:a"])) as inside,
        listening(client_url(endpoints, groups=["site:b"])) as outside,
    ):
        sender.send_to_group("site:a", {"n": 1, "text": "Grüße ☂"})
        sender.send_to_group("site:b", {"n": 2})
        await until(lambda: bool(inside.group and outside.group), "one message each")
        assert [(m.group, m.data) for m in inside.group] == [
            ("site:a", {"n": 1, "text": "Grüße ☂"})
        ]
        assert [m.data for m in outside.group] == [{"n": 2}]


async def test_every_content_type_arrives_as_its_data_type(
    endpoints: Endpoints, sender: WebPubSubServiceClient
) -> None:
    async with listening(client_url(endpoints)) as listener:
        sender.send_to_all({"kind": "json"})
        sender.send_to_all("plain", content_type="text/plain")
        sender.send_to_all(b"\x00\xff", content_type="application/octet-stream")  # type: ignore[call-overload]  # the SDK takes bytes, its types say IO
        await until(lambda: len(listener.server) == 3, "three messages")
        received = sorted((m.sequence_id, m.data_type, m.data) for m in listener.server)
        assert [row[1] for row in received] == ["json", "text", "binary"]
        assert received[0][2] == {"kind": "json"}
        assert received[1][2] == "plain"
        assert bytes(received[2][2]) == b"\x00\xff"


async def test_users_connections_and_exclusion(
    endpoints: Endpoints, sender: WebPubSubServiceClient
) -> None:
    async with (
        listening(client_url(endpoints, user_id="ada/1 ☂")) as ada,
        listening(client_url(endpoints, user_id="bob")) as bob,
    ):
        assert sender.user_exists("ada/1 ☂")
        assert not sender.user_exists("nobody")
        assert sender.connection_exists(ada.connections[0])
        assert not sender.connection_exists("nothing")
        sender.send_to_user("ada/1 ☂", {"to": "ada"})
        sender.send_to_connection(bob.connections[0], {"to": "bob"})
        sender.send_to_all({"to": "all but bob"}, excluded=[bob.connections[0]])
        sender.send_to_user("bob", {"to": "bob, at last"})
        await until(lambda: len(ada.server) == len(bob.server) == 2, "two messages each")
        assert [m.data["to"] for m in ada.server] == ["ada", "all but bob"]
        assert [m.data["to"] for m in bob.server] == ["bob", "bob, at last"]
        with pytest.raises(ResourceNotFoundError, match="connection nothing is not in hub"):
            sender.send_to_connection("nothing", {})


async def test_group_membership_by_connection_and_user(
    endpoints: Endpoints, sender: WebPubSubServiceClient
) -> None:
    group = "line 4/ü%:#?"
    async with (
        listening(client_url(endpoints, user_id="cid")) as cid,
        listening(client_url(endpoints, user_id="dot")) as dot,
    ):
        assert not sender.group_exists(group)
        sender.add_connection_to_group(group, cid.connections[0])
        sender.add_user_to_group(group, "dot")
        assert sender.group_exists(group)
        members = {(m.connection_id, m.user_id) for m in sender.list_connections(group=group)}
        assert members == {(cid.connections[0], "cid"), (dot.connections[0], "dot")}
        sender.send_to_group(group, {"n": 1})
        await until(lambda: bool(cid.group and dot.group), "a message to both members")
        sender.remove_connection_from_group(group, cid.connections[0])
        assert [m.user_id for m in sender.list_connections(group=group)] == ["dot"]
        sender.remove_user_from_group(group, "dot")
        assert not sender.group_exists(group)
        with pytest.raises(ResourceNotFoundError):
            sender.add_connection_to_group(group, "nothing")


async def test_leaving_all_groups(endpoints: Endpoints, sender: WebPubSubServiceClient) -> None:
    url = client_url(endpoints, user_id="eve", groups=["g1", "g2"])
    async with listening(url) as eve:
        assert sender.group_exists("g1")
        sender.remove_connection_from_all_groups(eve.connections[0])
        assert not sender.group_exists("g1")
        sender.add_user_to_group("g1", "eve")
        sender.remove_user_from_all_groups("eve")
        assert not sender.group_exists("g1")


async def test_connections_are_listed_in_pages(
    endpoints: Endpoints, sender: WebPubSubServiceClient
) -> None:
    url = client_url(endpoints, groups=["paged"])
    async with socket(url, JSON), socket(url, JSON), socket(url, JSON):
        await until(
            lambda: len(list(sender.list_connections(group="paged"))) == 3, "three connections"
        )
        paged = list(sender.list_connections(group="paged", maxpagesize=1))
        assert len({m.connection_id for m in paged}) == 3
        assert len(list(sender.list_connections(group="paged", top=2, maxpagesize=1))) == 2


async def test_permissions_are_granted_checked_and_revoked(
    endpoints: Endpoints, sender: WebPubSubServiceClient
) -> None:
    async with listening(client_url(endpoints)) as listener:
        connection_id = listener.connections[0]
        assert not sender.has_permission("joinLeaveGroup", connection_id, target_name="g")
        sender.grant_permission("joinLeaveGroup", connection_id, target_name="g")
        assert sender.has_permission("joinLeaveGroup", connection_id, target_name="g")
        assert not sender.has_permission("joinLeaveGroup", connection_id, target_name="h")
        await listener.client.join_group("g")
        sender.revoke_permission("joinLeaveGroup", connection_id, target_name="g")
        assert not sender.has_permission("joinLeaveGroup", connection_id, target_name="g")
        with pytest.raises(HttpResponseError, match="none of joinLeaveGroup, sendToGroup"):
            sender.grant_permission("fly", connection_id)


async def test_closed_connections_are_told_why(
    endpoints: Endpoints, sender: WebPubSubServiceClient
) -> None:
    url = client_url(endpoints, user_id="fay", groups=["closing"])
    async with listening(url, reconnect_retry_total=0) as one:
        sender.close_connection(one.connections[0], reason="moved to another site")
        await until(lambda: bool(one.farewells), "the disconnected event")
        assert one.farewells == ["moved to another site"]
    async with listening(url, reconnect_retry_total=0) as two:
        sender.close_group_connections("closing", excluded=two.connections)
        assert sender.connection_exists(two.connections[0])
        sender.close_user_connections("fay", reason="signed out")
        await until(lambda: two.farewells == ["signed out"], "the disconnected event")
    async with listening(url, reconnect_retry_total=0) as three:
        sender.close_all_connections(reason="maintenance")
        await until(lambda: three.farewells == ["maintenance"], "the disconnected event")
        assert not sender.group_exists("closing")


async def test_the_aio_client_does_the_same(endpoints: Endpoints) -> None:
    connection = endpoints.webpubsub_connection
    async with (
        AioServiceClient.from_connection_string(connection, HUB) as sender,
        listening(client_url(endpoints, user_id="gil", groups=["aio group/ü"])) as gil,
    ):
        await sender.send_to_group("aio group/ü", {"n": 1}, excluded=["a b", "c&d"])
        await until(lambda: bool(gil.group), "a message")
        assert gil.group[0].data == {"n": 1}
        assert await sender.user_exists("gil")
        assert [m.user_id async for m in sender.list_connections(group="aio group/ü")] == ["gil"]
        token = await sender.get_client_access_token(user_id="gil")
        assert token["url"].startswith(f"ws://{endpoints.host}:{endpoints.webpubsub}/client/hubs/")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/hubs/tocsin/unheard-of"),
        ("GET", "/"),
    ],
)
def test_unknown_operations_are_named_in_a_501(
    endpoints: Endpoints, method: str, path: str
) -> None:
    url = f"http://{endpoints.host}:{endpoints.webpubsub}{path}"
    answer = requests.request(method, url, timeout=10)
    assert answer.status_code == 501
    assert f"{method} {path}" in answer.json()["error"]["message"]


def test_bad_sends_are_refused_by_name(sender: WebPubSubServiceClient) -> None:
    with pytest.raises(HttpResponseError, match="filter is not supported") as refused:
        sender.send_to_all({"n": 1}, filter="userId eq 'ada'")
    assert refused.value.status_code == 501
    with pytest.raises(HttpResponseError, match="NaN is not JSON"):
        sender.send_to_all({"n": float("nan")})
    with pytest.raises(HttpResponseError) as too_large:
        sender.send_to_all("x" * 1_100_000, content_type="text/plain")
    assert too_large.value.status_code == 413


async def test_a_group_whose_name_needs_quoting_is_sent_to(endpoints: Endpoints) -> None:
    # The SDK signs site%3Anorth, its transport sends site:north.
    async with AioServiceClient.from_connection_string(
        endpoints.webpubsub_connection, "tocsin"
    ) as service:
        await service.send_to_group("site:north", {"a": 1}, content_type="application/json")
        assert not await service.group_exists("site:north")
