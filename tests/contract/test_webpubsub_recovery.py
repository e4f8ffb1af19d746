"""Lost connections, slow clients and a killed service, as clients of Web PubSub meet them."""

from __future__ import annotations

import asyncio
import json
from functools import partial

import aiohttp
from azure.messaging.webpubsubclient.models import WebPubSubDataType

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.cuttable_proxy import cuttable_proxy
from tests.contract.webpubsub_clients import (
    JSON,
    RELIABLE,
    Listener,
    client_url,
    listening,
    service,
    socket,
    until,
)


def through(port: int, endpoints: Endpoints, url: str) -> str:
    return url.replace(f":{endpoints.webpubsub}/", f":{port}/", 1)


async def test_nothing_is_lost_or_doubled_over_cut_connections(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    url = client_url(endpoints, groups=["site:a"])
    async with (
        cuttable_proxy(endpoints.address, endpoints.webpubsub) as proxy,
        listening(through(proxy.port, endpoints, url)) as listener,
    ):
        for round_ in range(3):
            await send_numbers(endpoints, 0, 20)
            await proxy.cut()
            await send_numbers(endpoints, 20, 40)
            await proxy.open()
            await until(partial(received, listener, 40 * (round_ + 1)), "all messages so far")
        assert listener.sequence_ids == list(range(1, 121))
        assert [m.data["n"] for m in listener.group] == list(range(40)) * 3
        assert len(listener.connections) == 1
        assert proxy.connections >= 4


async def test_acknowledged_messages_are_not_sent_again(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    url = client_url(endpoints, groups=["site:a"])
    async with socket(url, RELIABLE) as ws:
        connected = await ws.receive_json()
        with service(endpoints) as sender:
            for n in range(5):
                sender.send_to_group("site:a", {"n": n})
        assert [(await ws.receive_json())["sequenceId"] for _ in range(5)] == [1, 2, 3, 4, 5]
        await ws.send_json({"type": "sequenceAck", "sequenceId": 3})
        await ws.send_json({"type": "ping"})
        assert (await ws.receive_json())["type"] == "pong"
        async with socket(recovery_url(url, connected), RELIABLE) as again:
            welcome = await again.receive_json()
            assert welcome["connectionId"] == connected["connectionId"]
            assert [(await again.receive_json())["sequenceId"] for _ in range(2)] == [4, 5]
            assert (await ws.receive_json())["event"] == "disconnected"


async def test_a_recovery_needs_the_right_token(webpubsub: Child, endpoints: Endpoints) -> None:
    url = client_url(endpoints)
    async with socket(url, RELIABLE) as ws:
        connected = await ws.receive_json()
        forged = connected | {"reconnectionToken": "guessed"}
        async with socket(recovery_url(url, forged), RELIABLE) as thief:
            assert await closed(thief) == (1008, "there is no such connection to recover")
        await ws.send_json({"type": "ping"})
        assert (await ws.receive_json())["type"] == "pong"


async def test_a_slow_client_is_dropped_with_a_reason(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    url = client_url(endpoints, user_id="slow")
    async with socket(url, RELIABLE) as ws:
        connected = await ws.receive_json()
        with service(endpoints) as sender:
            for _ in range(1001):
                sender.send_to_user("slow", {"n": 1})
            assert not sender.user_exists("slow")
        code, reason = await closed(ws)
        assert code == 1008
        assert reason.startswith("slow client: 1000 frames")
        async with socket(recovery_url(url, connected), RELIABLE) as again:
            assert (await closed(again))[0] == 1008


async def test_a_client_that_does_not_read_costs_bounded_memory(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    reader, writer = await asyncio.open_connection(endpoints.host, endpoints.webpubsub, limit=1024)
    target = client_url(endpoints, user_id="deaf").partition(str(endpoints.webpubsub))[2]
    writer.write(
        f"GET {target} HTTP/1.1\r\nHost: {endpoints.host}:{endpoints.webpubsub}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {JSON}\r\n\r\n"
        .encode()
    )  # fmt: skip
    assert b" 101 " in await reader.readline()
    content = "x" * 900_000
    with service(endpoints) as sender:
        sent = 0
        await until(lambda: sender.user_exists("deaf"), "the connection")
        while await asyncio.to_thread(sender.user_exists, "deaf"):
            await asyncio.to_thread(sender.send_to_user, "deaf", content, content_type="text/plain")
            sent += 1
            assert sent < 60, "the service keeps more than 16 MiB for a client that does not read"
    writer.close()


async def test_clients_start_afresh_after_the_service_was_killed(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    url = client_url(endpoints, roles=["webpubsub.joinLeaveGroup"], groups=["site:a"])
    async with listening(url) as listener:
        await listener.client.join_group("site:b")
        webpubsub.kill()
        await asyncio.to_thread(webpubsub.start)
        await until(lambda: len(listener.connections) == 2, "a second, new connection")
        assert listener.connections[0] != listener.connections[1]
        with service(endpoints) as sender:
            await until(lambda: sender.group_exists("site:b"), "the group joined again")
            sender.send_to_group("site:a", {"n": 1})
            sender.send_to_group("site:b", {"n": 2})
        await until(lambda: len(listener.group) == 2, "messages after the restart")
        assert listener.sequence_ids == [1, 2]
        assert len(listener.connections) == 2


async def test_it_stops_cleanly_with_clients_connected(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    async with socket(client_url(endpoints), JSON) as ws:
        await ws.receive_json()
        stopping = asyncio.to_thread(webpubsub.stop)
        code, end = await asyncio.gather(stopping, closed(ws))
    webpubsub.start()
    assert code == 0
    assert end == (1001, "the service is stopping")


async def test_a_message_may_expire_while_its_client_is_away(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    url = client_url(endpoints, groups=["site:a"], roles=["webpubsub.sendToGroup"])
    async with (
        cuttable_proxy(endpoints.address, endpoints.webpubsub) as proxy,
        listening(through(proxy.port, endpoints, url)) as listener,
    ):
        await proxy.cut()
        with service(endpoints) as sender:
            sender.send_to_group("site:a", {"n": 1}, params={"messageTtlSeconds": "1"})
            sender.send_to_group("site:a", {"n": 2}, params={"messageTtlSeconds": "300"})
        await asyncio.sleep(1.1)  # the time to live itself, not a synchronisation
        await proxy.open()
        await until(lambda: bool(listener.group), "the message that has not expired")
        assert [m.data for m in listener.group] == [{"n": 2}]
        await listener.client.send_to_group("site:a", {"n": 3}, WebPubSubDataType.JSON)
        await until(lambda: len(listener.group) == 2, "a message after the recovery")


async def send_numbers(endpoints: Endpoints, start: int, stop: int) -> None:
    with service(endpoints) as sender:
        for n in range(start, stop):
            await asyncio.to_thread(sender.send_to_group, "site:a", {"n": n})


def received(listener: Listener, count: int) -> bool:
    return len(listener.group) >= count


def recovery_url(url: str, connected: dict[str, str]) -> str:
    """As a client whose access token may have expired would: the reconnection token is enough."""
    return (
        f"{url.partition('?')[0]}?awps_connection_id={connected['connectionId']}"
        f"&awps_reconnection_token={connected['reconnectionToken']}"
    )


async def closed(ws: aiohttp.ClientWebSocketResponse) -> tuple[int, str]:
    """The close code and the reason told before it, past all other frames."""
    reason = ""
    async for message in ws:
        frame = json.loads(message.data)
        if frame.get("event") == "disconnected":
            reason = frame["message"]
    assert ws.close_code is not None
    return ws.close_code, reason
