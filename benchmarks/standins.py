"""The local stand-ins under load: the laptop must not be what limits the system."""

from __future__ import annotations

from benchmarks import cosmos, hub, report


def measure() -> dict[str, float]:
    """Messages through the hub, writes to the database, and its newest-20 query."""
    return {**hub.measure(), **cosmos.measure()}


if __name__ == "__main__":
    report.main("benchmarks.standins", __doc__, measure)
