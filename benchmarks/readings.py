"""What the chart of a device costs, from an hour to thirty days.

``python -m benchmarks.readings --json`` prints one JSON object. A device with five channels sends a
reading a second, five to a message. Stored are

- the newest 40 000 messages (2.3 days) as the product stores them;
- their rollups, made by the product's own ``roll_up`` from batches of 500, and compared with what
  follows from all their readings (``rollups_equal``);
- rollups of the rest of 30 days: copies of the last whole day, moved back day by day. The messages
  behind them are not stored: they would take many minutes, and no query reads them.

Figures:

- ``hour``, ``day``, ``week``, ``30_days``: the median ``ms`` and the request units (``ru``) of
  ``show_readings`` with 500 points, and ``readings``, how many it counts
- ``hour_before``, ``day_before``: the same from readings alone, by a query without a lower bound
- ``write_ru``: request units to store a message; ``roll_up_ru_per_minute`` and
  ``write_ru_per_minute``: what a minute of the device costs, and ``roll_up_share``, their ratio

Request units are the stand-in's estimate, without those of reading the change feed.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos.aio import ContainerProxy, CosmosClient

from benchmarks import report
from benchmarks.sent_messages import (
    DEVICE,
    MESSAGES,
    NEWEST_T,
    OLDEST_T,
    make_batches,
)
from local import prepare, services
from local.endpoints import COSMOS_KEY, Endpoints
from tocsin.adapters.cosmos.rollups import CosmosRollups
from tocsin.adapters.cosmos.store import CosmosStore
from tocsin.domain.charts.cells import Cells, join_cells
from tocsin.domain.charts.rollup import (
    DAY_MS,
    HOUR,
    HOUR_MS,
    MINUTE,
    MINUTE_MS,
    Rollup,
    cut_rollups,
)
from tocsin.domain.charts.rollup_progress import Arrival, find_complete, start_hour
from tocsin.domain.charts.series import draw_chart
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.packing.messages import pack_messages
from tocsin.usecases.rollups.roll_up import RollupMemory, roll_up
from tocsin.usecases.showing.show_readings import show_readings

DAYS: Final = 30
ROUNDS: Final = 5
WRITES_AT_ONCE: Final = 4
RANGES: Final = {"hour": HOUR_MS, "day": DAY_MS, "week": 7 * DAY_MS, "30_days": DAYS * DAY_MS}
UNBOUNDED: Final = (
    "SELECT c.id, c.deviceId, c.firstT, c.packed, c.threshold FROM c "
    "WHERE c.deviceId = @device AND c.lastT >= @from AND c.firstT <= @to ORDER BY c.firstT"
)


class CountingTransport(AioHttpTransport):  # type: ignore[misc]  # untyped in the SDK
    """Adds up the request units of the answers."""

    charge = 0.0

    async def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401 (as the base class)
        answer = await super().send(request, **options)
        self.charge += float(answer.headers.get("x-ms-request-charge", 0))
        return answer


def measure() -> dict[str, Any]:
    """Start a stand-in of our own in a temporary folder and measure it."""
    with tempfile.TemporaryDirectory(prefix="tocsin-readings-") as folder:
        endpoints = Endpoints.free("127.0.0.1")
        child = services.make_cosmos(endpoints, Path(folder))
        child.start()
        try:
            prepare.create_cosmos_containers(endpoints)
            return asyncio.run(_measure_all(endpoints))
        finally:
            child.stop()


async def _measure_all(endpoints: Endpoints) -> dict[str, Any]:
    async with _open_client(endpoints) as (client, transport):
        readings = client.get_database_client(prepare.DATABASE).get_container_client("readings")
        store = CosmosStore(client, prepare.DATABASE)
        rollups = CosmosRollups(client, prepare.DATABASE)
        write_ru = await _fill(readings, transport)
        rolling = await _roll_up_all(rollups, transport)
        equal = await _compare(rollups)
        await _fill_older_days(rollups)
        charts = {
            name: await _time_chart(transport, _chart_stored(store, rollups, span_ms), ROUNDS)
            for name, span_ms in RANGES.items()
        }
        before = {
            f"{name}_before": await _time_chart(
                transport, _chart_unbounded(readings, RANGES[name]), 1
            )
            for name in ("hour", "day")
        }
    minutes = MESSAGES * 5 / 60
    return {
        **charts,
        **before,
        "rollups_equal": equal,
        "write_ru": round(write_ru / MESSAGES, 2),
        "write_ru_per_minute": round(write_ru / minutes, 1),
        "roll_up_ru_per_minute": round(rolling["ru"] / minutes, 2),
        "roll_up_share": round(rolling["ru"] / write_ru, 4),
        "roll_up_s": round(rolling["s"], 1),
        "messages": MESSAGES,
    }


@asynccontextmanager
async def _open_client(
    endpoints: Endpoints,
) -> AsyncIterator[tuple[CosmosClient, CountingTransport]]:
    transport = CountingTransport(use_env_settings=False)
    url = f"http://{endpoints.host}:{endpoints.cosmos}/"
    async with CosmosClient(
        url, COSMOS_KEY, transport=transport, no_response_on_write=True
    ) as client:
        yield client, transport


async def _fill(container: ContainerProxy, transport: CountingTransport) -> float:
    """Store all messages; the request units of storing each by itself, as the product does."""
    batches = (
        pack_messages([message.to_document() for message in batch]) for batch in make_batches(100)
    )
    before = transport.charge
    first = next(batches)
    for document in first:
        await container.upsert_item(document)
    of_first = transport.charge - before

    async def store() -> None:
        for batch in batches:
            operations = [("upsert", (document,)) for document in batch]
            await container.execute_item_batch(operations, DEVICE, no_response=True)

    await asyncio.gather(*(store() for _ in range(WRITES_AT_ONCE)))
    return of_first / len(first) * MESSAGES


async def _roll_up_all(rollups: CosmosRollups, transport: CountingTransport) -> dict[str, float]:
    """As the change feed would have it done: batch after batch, the messages being stored."""
    memory = RollupMemory()
    charge, started = transport.charge, time.perf_counter()
    for batch in make_batches(500):
        documents = pack_messages([message.to_document() for message in batch])
        arrivals = [Arrival.from_document(document) for document in documents]
        await roll_up(arrivals, rollups=rollups, memory=memory)
    return {"ru": transport.charge - charge, "s": time.perf_counter() - started}


async def _compare(rollups: CosmosRollups) -> bool:
    """Whether the stored rollups are those that follow from all readings, means but for the
    rounding of stored minutes."""
    sent = [message.to_document() for batch in make_batches(500) for message in batch]
    messages = [StoredMessage.from_document(document) for document in sent]
    until = find_complete(DEVICE, NEWEST_T)
    minutes = Cells.of_messages(messages, MINUTE_MS, from_t=OLDEST_T, to_t=until)
    hours = minutes.between(0, start_hour(until)).gather(HOUR_MS)
    for resolution, expected in ((MINUTE, minutes), (HOUR, hours)):
        stored = await rollups.list_rollups(DEVICE, resolution, from_t=0, to_t=NEWEST_T)
        if not _is_equal(join_cells([rollup.cells for rollup in stored]), expected):
            return False
    return True


def _is_equal(stored: Cells, expected: Cells) -> bool:
    same = (stored.t.tolist(), stored.readings.tolist(), stored.anomalous.tolist()) == (
        expected.t.tolist(), expected.readings.tolist(), expected.anomalous.tolist()
    )  # fmt: skip
    return same and all(
        (part.low == stored.series[name].low).all()
        and (part.high == stored.series[name].high).all()
        and (abs(part.mean - stored.series[name].mean) <= 1e-5 * abs(part.mean)).all()
        for name, part in expected.series.items()
    )


async def _fill_older_days(rollups: CosmosRollups) -> None:
    """Copies of the last whole day, for each day before what is stored."""
    day = HOUR.start(NEWEST_T) - DAY_MS
    for resolution in (MINUTE, HOUR):
        stored = await rollups.list_rollups(DEVICE, resolution, from_t=day, to_t=day + DAY_MS - 1)
        cells = join_cells([rollup.cells for rollup in stored])
        for back in range(1, DAYS + 1):
            moved = replace(cells, t=cells.t - back * DAY_MS)
            copies = cut_rollups(DEVICE, moved, resolution)
            await asyncio.gather(*(_save_missing(rollups, rollup) for rollup in copies))


async def _save_missing(rollups: CosmosRollups, rollup: Rollup) -> None:
    """Those of its cells that are not stored."""
    known = await rollups.find_rollup(DEVICE, rollup.resolution, rollup.start)
    renewed = rollup if known is None else rollup.renew(known.cells)
    await rollups.save_rollup(replace(renewed, etag=None if known is None else known.etag))


def _chart_stored(
    store: CosmosStore, rollups: CosmosRollups, span_ms: int
) -> Callable[[], Awaitable[int]]:
    async def draw() -> int:
        shown = await show_readings(
            DEVICE, from_t=NEWEST_T - span_ms, to_t=NEWEST_T, most=500, now_ms=NEWEST_T,
            fleet=store, rollups=rollups,
        )  # fmt: skip
        return int(shown["readings"])

    return draw


def _chart_unbounded(container: ContainerProxy, span_ms: int) -> Callable[[], Awaitable[int]]:
    async def draw() -> int:
        values = {"@device": DEVICE, "@from": NEWEST_T - span_ms, "@to": NEWEST_T}
        found = container.query_items(
            UNBOUNDED,
            parameters=[{"name": name, "value": value} for name, value in values.items()],
            partition_key=DEVICE,
        )
        messages = [StoredMessage.from_document(document) async for document in found]
        chart = await asyncio.to_thread(draw_chart, messages, NEWEST_T - span_ms, NEWEST_T, 500)
        return chart.readings

    return draw


async def _time_chart(
    transport: CountingTransport, draw: Callable[[], Awaitable[int]], rounds: int
) -> dict[str, float]:
    times: list[float] = []
    for _ in range(rounds):
        charge, started = transport.charge, time.perf_counter()
        readings = await draw()
        times.append((time.perf_counter() - started) * 1e3)
        charge = transport.charge - charge
    return {
        "ms": round(statistics.median(times), 1),
        "ru": round(charge, 1),
        "readings": readings,
    }


if __name__ == "__main__":
    report.main("benchmarks.readings", str(__doc__), measure)
