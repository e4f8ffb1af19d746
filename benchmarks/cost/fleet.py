"""What a fleet of some size needs, and what that costs a month."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from benchmarks.cost.documents import price_ours
from benchmarks.cost.prices import Prices

READINGS: Final = 5  # of a message
EVERY_S: Final = 5.0  # a device sends one
DAY_S: Final = 86_400
MONTH_DAYS: Final = 30
KEPT_DAYS: Final = 30
# Processor time of a message in the functions host (docs/capacity.md, 312 devices), in seconds; an
# instance has 2 GB of memory and one processor.
MESSAGE_S: Final = 0.0037
INSTANCE_GB: Final = 2.0
# What the app says of itself, in bytes: its log, a message (docs/operations.md, measured with 20
# devices); a traced message and what share is traced; a series of metrics, how many a busy site
# has, with 25 devices, and how often they are sent (docs/azure.md).
LOG_BYTES: Final = 51
TRACE_BYTES: Final = 7_200
TRACE_SHARE: Final = 0.01
SERIES_BYTES: Final = 630
SERIES: Final = 25
SERIES_EVERY_S: Final = 60
SITE_DEVICES: Final = 25
MOST_SITES: Final = 10  # with so many an instance tells them apart, with more it does not
LOG_CAP_GB: Final = 10  # a day, in prod
# Documented limits.
HUB_UNITS: Final = {"S1": (400_000, 200), "S2": (6_000_000, 200), "S3": (300_000_000, 10)}
STREAM_EVENTS_PER_S: Final = 1_000  # of a throughput unit
MOST_STREAM_UNITS: Final = 40
MOST_PARTITIONS: Final = 32
SERVERLESS_UNITS_PER_S: Final = 5_000  # a new serverless container's, before it is split


@dataclass(frozen=True, slots=True)
class Size:
    """``limits``: what does not go further in the tiers that are deployed, in words."""

    devices: int
    messages_per_s: float
    hub: str
    stream_units: int
    instances: int
    request_units_per_s: float
    stored_gb: float
    logs_gb_day: float
    month: dict[str, float]
    device_month: float
    limits: tuple[str, ...]


def size_fleet(devices: int, prices: Prices) -> Size:
    per_s = devices / EVERY_S
    writes = price_ours(READINGS)
    units_per_s = writes.request_units / 1e6 * READINGS * per_s
    stored_gb = writes.stored_bytes / 1e6 * READINGS * per_s * DAY_S * KEPT_DAYS / 1e9
    hub, hub_price = _choose_hub(per_s * DAY_S, prices)
    stream_units = max(1, math.ceil(per_s / STREAM_EVENTS_PER_S))
    busy = per_s * MESSAGE_S  # processors
    logs_gb_day = _count_logs(devices, per_s, instances=max(1, math.ceil(busy)))
    month = {
        "hub": hub_price,
        "stream": stream_units * prices.stream_unit_month
        + per_s * DAY_S * MONTH_DAYS / 1e6 * prices.stream_million_events,
        "functions": busy * INSTANCE_GB * DAY_S * MONTH_DAYS * prices.functions_gigabyte_second,
        "database_units": _price_units(units_per_s, prices),
        "database_storage": stored_gb * prices.cosmos_gigabyte_month,
        "logs": logs_gb_day * MONTH_DAYS * prices.logs_gigabyte,
    }
    return Size(
        devices=devices,
        messages_per_s=per_s,
        hub=hub,
        stream_units=stream_units,
        instances=max(1, math.ceil(busy)),
        request_units_per_s=round(units_per_s),
        stored_gb=round(stored_gb, 1),
        logs_gb_day=round(logs_gb_day, 2),
        month={name: round(price, 2) for name, price in month.items()},
        device_month=round(sum(month.values()) / devices, 3),
        limits=tuple(_list_limits(units_per_s, stream_units, busy, logs_gb_day)),
    )


def _choose_hub(messages_per_day: float, prices: Prices) -> tuple[str, float]:
    """The cheapest tier that takes them, with its units, and its price."""
    offers = []
    for tier, (a_day, most) in HUB_UNITS.items():
        units = math.ceil(messages_per_day / a_day)
        if units <= most:
            offers.append((units * prices.hub_unit_month[tier], f"{units} x {tier}"))
    price, name = min(offers)
    return name, price


def _price_units(units_per_s: float, prices: Prices) -> float:
    """By the request, or with a reserve of half as much again by the hour, whichever is less."""
    by_request = units_per_s * DAY_S * MONTH_DAYS / 1e6 * prices.cosmos_million_request_units
    hundreds = math.ceil(units_per_s * 1.5 / 100)
    by_hour = hundreds * prices.cosmos_autoscale_hundred_units_hour * 24 * MONTH_DAYS
    return min(by_request, by_hour) if units_per_s < SERVERLESS_UNITS_PER_S else by_hour


def _count_logs(devices: int, messages_per_s: float, *, instances: int) -> float:
    """Gigabytes a day of what the app says of itself; without requests, which the host tells.

    At most: as if every instance had something of every series to tell in each interval.
    """
    of_messages = messages_per_s * (LOG_BYTES + TRACE_SHARE * TRACE_BYTES)
    sites = math.ceil(devices / SITE_DEVICES)
    series = SERIES * (sites if sites <= MOST_SITES else 1) * instances
    return (of_messages + series * SERIES_BYTES / SERIES_EVERY_S) * DAY_S / 1e9


def _list_limits(
    units_per_s: float, stream_units: int, busy: float, logs_gb_day: float
) -> list[str]:
    limits = []
    if units_per_s > SERVERLESS_UNITS_PER_S:
        limits.append("a serverless database may turn requests away: databaseThroughput")
    if stream_units > MOST_STREAM_UNITS:
        limits.append("more throughput units than an Event Hubs Standard namespace has")
    if busy > MOST_PARTITIONS:
        limits.append("more instances than the stream has partitions")
    if logs_gb_day > LOG_CAP_GB:
        limits.append("the app says more of itself than the daily cap takes: TRACE_SHARE, logCapGb")
    return limits
