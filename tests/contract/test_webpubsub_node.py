"""The Web PubSub stand-in through the official JavaScript client, run by Node."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from local.endpoints import Endpoints
from local.processes import Child
from local.services import NODE_MODULES
from tests.contract.cuttable_proxy import cuttable_proxy
from tests.contract.webpubsub_clients import client_url, service, until

SCRIPT = Path(__file__).parent / "js" / "webpubsub.mjs"
ROLES = ["webpubsub.joinLeaveGroup.talk", "webpubsub.sendToGroup.talk"]


class NodeClient:
    """The script's process: what it told, and a way to ask it for something."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.told: list[dict[str, Any]] = []
        self.process = process
        self._answers = 0

    def of(self, event: str) -> list[dict[str, Any]]:
        return [fact for fact in self.told if fact["event"] == event]

    async def ask(self, **command: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self._answers += 1
        await until(lambda: len(self.of("answer")) == self._answers, f"an answer to {command}")
        return self.of("answer")[-1]

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.told.append(json.loads(line))


@asynccontextmanager
async def node_client(url: str) -> AsyncIterator[NodeClient]:
    """The script, running and connected."""
    assert NODE_MODULES.is_dir(), "run `make setup`: local/node_modules is missing"
    process = await asyncio.create_subprocess_exec(
        shutil.which("node") or "node",
        SCRIPT,
        url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    client = NodeClient(process)
    listening = asyncio.create_task(client.listen())
    try:
        await until(lambda: bool(client.of("connected")), "the connected event")
        yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


async def test_groups_roles_and_events(webpubsub: Child, endpoints: Endpoints) -> None:
    url = client_url(endpoints, user_id="node", roles=ROLES)
    async with node_client(url) as client:
        assert (await client.ask(do="join", group="talk"))["ok"]
        assert await client.ask(do="join", group="other") == {
            "event": "answer", "ok": False, "error": "Forbidden",
        }  # fmt: skip
        assert (await client.ask(do="event", data={}))["error"] == "NotSupported"
        assert (await client.ask(do="send", group="talk", data={"n": 0}))["ok"]
        with service(endpoints) as sender:
            sender.send_to_group("talk", {"n": 1})
            sender.send_to_user("node", "hello", content_type="text/plain")
        await until(lambda: bool(client.of("group") and client.of("server")), "two messages")
        message = client.of("group")[0]
        assert (message["data"], message["sequenceId"]) == ({"n": 1}, 1)
        assert client.of("server")[0]["data"] == "hello"
        await client.ask(do="stop")
        assert await asyncio.wait_for(client.process.wait(), 10) == 0


async def test_nothing_is_lost_or_doubled_over_a_cut_connection(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    url = client_url(endpoints, groups=["site:a"])
    async with cuttable_proxy(endpoints.address, endpoints.webpubsub) as proxy:
        through = url.replace(f":{endpoints.webpubsub}/", f":{proxy.port}/", 1)
        async with node_client(through) as client:
            with service(endpoints) as sender:
                for n in range(60):
                    await asyncio.to_thread(sender.send_to_group, "site:a", {"n": n})
                    if n in {20, 40}:
                        await proxy.cut()
                        await proxy.open()
            await until(lambda: len(client.of("group")) >= 60, "60 messages")
            assert [m["data"]["n"] for m in client.of("group")] == list(range(60))
            assert len(client.of("connected")) == 1
            assert proxy.connections >= 2


async def test_it_starts_afresh_after_the_service_was_killed(
    webpubsub: Child, endpoints: Endpoints
) -> None:
    url = client_url(endpoints, roles=ROLES)
    async with node_client(url) as client:
        await client.ask(do="join", group="talk")
        webpubsub.kill()
        await asyncio.to_thread(webpubsub.start)
        await until(lambda: len(client.of("connected")) == 2, "a second connection")
        with service(endpoints) as sender:
            await until(lambda: sender.group_exists("talk"), "the group joined again")
            sender.send_to_group("talk", {"n": 1})
        await until(lambda: bool(client.of("group")), "a message after the restart")
        assert client.of("group")[0]["sequenceId"] == 1
