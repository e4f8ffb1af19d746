"""The simulator as a process, and what it wrote and the hub took."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext

from local.endpoints import Endpoints
from local.processes import ROOT, Child


def device_sim(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "device_sim", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_simulator(fleet: Path, folder: Path, *flags: str) -> Child:
    command = [sys.executable, "-m", "device_sim", "run", "--fleet", str(fleet)]
    child = Child(
        "device_sim",
        [*command, "--log", str(folder), *flags],
        log_path=folder.with_suffix(".log"),
    )
    child.start()
    return child


def fates(folder: Path) -> list[dict[str, Any]]:
    whole_lines = (folder / "sent.jsonl").read_text(encoding="utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in whole_lines.splitlines()]


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def find_stored(endpoints: Endpoints, wanted: set[str]) -> dict[str, EventData]:
    """The hub's events by message id, read until all that are wanted were seen."""

    async def read() -> dict[str, EventData]:
        found: dict[str, EventData] = {}
        complete = asyncio.Event()

        async def keep(_partition: PartitionContext, event: EventData | None) -> None:
            if event is not None and event.message_id is not None:
                found[str(event.message_id)] = event
                if wanted <= found.keys():
                    complete.set()

        client = EventHubConsumerClient.from_connection_string(
            endpoints.eventhub_connection, consumer_group="$Default", eventhub_name="telemetry"
        )
        async with client:
            reading = asyncio.create_task(client.receive(on_event=keep, starting_position="-1"))
            try:
                async with asyncio.timeout(20):
                    await complete.wait()
            except TimeoutError:
                assert wanted <= found.keys(), f"lost: {sorted(wanted - found.keys())}"
            reading.cancel()
        return found

    return asyncio.run(read())
