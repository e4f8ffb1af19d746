"""``python -m benchmarks.cost --json``: request units, bytes and money.

- ``per_million_readings``: of Tocsin with messages of 5 to 600 readings, and of one document a
  reading, with everything indexed and with the same index; ``request_units``, ``stored_bytes``,
  ``bytes_per_value`` and the ``price`` of the request units (serverless)
- ``shares``: request units of each size of messages beside one document a reading with everything
  indexed
- ``wire_bytes``: of a message as it is sent, by its readings
- ``fleets``: what 100 to 100 000 devices need that send 5 readings every 5 seconds
- ``catch_up``: how an hour's backlog of 10 000 devices is worked off, by partitions

All is of the documents that a simulated pump with eight channels leaves, one reading a second.
Request units are the stand-in's estimate; those of reading (the page, the change feeds) are not in
it. Prices are those of prices.json.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.cost.documents import Writes, measure_wire, price_ours, price_single
from benchmarks.cost.fleet import MESSAGE_S, size_fleet
from benchmarks.cost.prices import Prices, read_prices
from benchmarks.cost.scale_out import simulate

SIZES = (100, 1_000, 10_000, 100_000)
READINGS = (5, 10, 30, 60, 600)
HOST_JSON = Path(__file__).parents[2] / "functions/host.json"


def measure() -> dict[str, Any]:
    prices = read_prices()
    ours = {str(count): price_ours(count) for count in READINGS}
    single = {
        "single_everything_indexed": price_single(pruned=False),
        "single_same_index": price_single(pruned=True),
    }
    everything = single["single_everything_indexed"]
    return {
        "per_million_readings": {
            name: _describe(writes, prices) for name, writes in {**ours, **single}.items()
        },
        "shares": {
            count: round(writes.request_units / everything.request_units, 3)
            for count, writes in ours.items()
        },
        "wire_bytes": {str(count): measure_wire(count) for count in READINGS},
        "fleets": [asdict(size_fleet(devices, prices)) for devices in SIZES],
        "catch_up": {str(partitions): _catch_up(partitions) for partitions in (4, 16, 32)},
        "prices": {"entered": prices.entered, "region": prices.region, "note": prices.note},
        "currency": prices.currency,
    }


def _describe(writes: Writes, prices: Prices) -> dict[str, float]:
    price = writes.request_units / 1e6 * prices.cosmos_million_request_units
    return {
        "request_units": round(writes.request_units),
        "stored_bytes": round(writes.stored_bytes),
        "bytes_per_value": writes.bytes_per_value,
        "price": round(price, 3),
    }


def _catch_up(partitions: int) -> dict[str, Any]:
    target = json.loads(HOST_JSON.read_text(encoding="utf-8"))["extensions"]["eventHubs"]
    return asdict(
        simulate(
            load=2_000,
            backlog=2_000 * 3_600,
            partitions=partitions,
            target=int(target["targetUnprocessedEventThreshold"]),
            throughput=1 / MESSAGE_S,
        )
    )


if __name__ == "__main__":
    report.main("benchmarks.cost", __doc__ or "", measure)
