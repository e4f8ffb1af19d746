"""host.json: read, checked, and reduced to what this host heeds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.standins.functions_host.app.json_section import JsonSection
from local.standins.functions_host.app.overrides import override
from local.standins.functions_host.app.retries import RetryPolicy, parse_retry_policy
from local.standins.functions_host.errors import StartError

LOG_LEVELS = ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")

# Known to the real host and without meaning on one machine: no warning.
_UNUSED = frozenset(
    {
        "$schema", "aggregator", "concurrency", "customHandler", "functions", "healthMonitor",
        "languageWorker", "managedDependency", "sendCanceledInvocationsToWorker", "singleton",
        "telemetryMode", "watchDirectories", "watchFiles",
        "logging.applicationInsights", "logging.console", "logging.fileLoggingMode",
        "extensions.blobs", "extensions.durableTask", "extensions.mcp", "extensions.sendGrid",
        "extensions.serviceBus", "extensions.signalR",
        "extensions.http.customHeaders", "extensions.http.dynamicThrottlesEnabled",
        "extensions.http.hsts", "extensions.http.maxConcurrentRequests",
        "extensions.http.maxOutstandingRequests",
        "extensions.eventHubs.clientRetryOptions", "extensions.eventHubs.customEndpointAddress",
        "extensions.eventHubs.loadBalancingUpdateInterval",
        "extensions.eventHubs.partitionOwnershipExpirationInterval",
        "extensions.eventHubs.targetUnprocessedEventThreshold",
        "extensions.eventHubs.trackLastEnqueuedEventProperties",
        "extensions.eventHubs.transportType", "extensions.eventHubs.webProxy",
        "extensions.cosmosDB.connectionMode", "extensions.cosmosDB.protocol",
        "extensions.cosmosDB.userAgentSuffix",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventHubsOptions:
    """How events are gathered into batches, where reading starts, how often it is checkpointed.

    ``start``: "-1" (the oldest event), "@latest", or the enqueued time to start after.
    """

    max_batch: int = 100
    min_batch: int = 1
    max_wait: timedelta = timedelta(minutes=1)
    prefetch: int = 300
    checkpoint_every: int = 1
    start: str | datetime = "-1"


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How queue messages are fetched, decoded and given up on."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    max_polling: timedelta = timedelta(minutes=1)
    retry_after: timedelta = timedelta(0)
    encoding: str = "base64"


@dataclass(frozen=True, slots=True)
class HostConfig:
    """What this host heeds of host.json, and what to warn of."""

    route_prefix: str = "api"
    function_timeout: timedelta | None = timedelta(minutes=30)
    event_hubs: EventHubsOptions = field(default_factory=EventHubsOptions)
    queues: QueueOptions = field(default_factory=QueueOptions)
    retry: RetryPolicy | None = None
    log_levels: Mapping[str, str] = field(default_factory=dict)
    extension_bundle: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def load_host_json(app: Path, settings: Mapping[str, str]) -> HostConfig:
    """The app's host.json, under what *settings* say in its stead (``AzureFunctionsJobHost__…``).

    Raises StartError naming the key that is missing or wrong.
    """
    path = app / "host.json"
    if not path.exists():
        raise StartError(f'host.json is missing in {app}: create it with {{"version": "2.0"}}')
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise StartError(f"host.json is not valid JSON: {error}") from error
    return parse_host_json(override(content, settings))


def parse_host_json(content: object) -> HostConfig:
    """The configuration in the parsed *content* of a host.json; raises StartError."""
    top = JsonSection("host.json", content)
    if top.get("version") != "2.0":
        raise top.error("version", 'must be "2.0"')
    extensions = top.section("extensions")
    extensions.section("cosmosDB")
    bundle = top.section("extensionBundle")
    config = HostConfig(
        route_prefix=str(extensions.section("http").get("routePrefix", "api")).strip("/"),
        function_timeout=_function_timeout(top),
        event_hubs=_event_hubs(extensions.section("eventHubs")),
        queues=_queues(extensions.section("queues")),
        retry=_retry(top),
        log_levels=_log_levels(top.section("logging").section("logLevel")),
        extension_bundle={name: str(bundle.get(name)) for name in bundle.names()},
    )
    return replace(config, warnings=_warnings(top))  # what nobody has read is known only now


def _warnings(top: JsonSection) -> tuple[str, ...]:
    return tuple(
        f"host.json: {name} is not known and has no effect"
        for name in top.unread()
        if name not in _UNUSED
    )


def _function_timeout(top: JsonSection) -> timedelta | None:
    if str(top.get("functionTimeout")) == "-1":
        return None
    return top.span("functionTimeout", HostConfig().function_timeout or timedelta(minutes=30))


def _event_hubs(section: JsonSection) -> EventHubsOptions:
    default = EventHubsOptions()
    options = EventHubsOptions(
        max_batch=section.integer("maxEventBatchSize", default.max_batch, 1, 10_000),
        min_batch=section.integer("minEventBatchSize", default.min_batch, 1, 10_000),
        max_wait=section.span("maxWaitTime", default.max_wait),
        prefetch=section.integer("prefetchCount", default.prefetch, 1, 100_000),
        checkpoint_every=section.integer("batchCheckpointFrequency", 1, 1, 1_000),
        start=_start(section.section("initialOffsetOptions")),
    )
    if options.min_batch > options.max_batch:
        raise section.error("minEventBatchSize", "must not be above maxEventBatchSize")
    return options


def _start(section: JsonSection) -> str | datetime:
    kind = section.choice("type", "fromStart", ("fromStart", "fromEnd", "fromEnqueuedTime"))
    moment = section.get("enqueuedTimeUtc")
    if kind != "fromEnqueuedTime":
        return "-1" if kind == "fromStart" else "@latest"
    try:
        parsed = datetime.fromisoformat(str(moment))
    except ValueError as error:
        raise section.error("enqueuedTimeUtc", "must be an ISO 8601 time") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _queues(section: JsonSection) -> QueueOptions:
    default = QueueOptions()
    batch_size = section.integer("batchSize", default.batch_size, 1, 32)
    return QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=section.integer("newBatchThreshold", batch_size // 2, 0, 1_000),
        max_dequeue_count=section.integer("maxDequeueCount", default.max_dequeue_count, 1, 1_000),
        max_polling=_read_polling(section, default.max_polling),
        retry_after=section.span("visibilityTimeout", default.retry_after),
        encoding=section.choice("messageEncoding", default.encoding, ("base64", "none")),
    )


def _read_polling(section: JsonSection, default: timedelta) -> timedelta:
    value = section.get("maxPollingInterval")
    if isinstance(value, int) and not isinstance(value, bool) and value >= 100:
        return timedelta(milliseconds=value)
    return max(section.span("maxPollingInterval", default), timedelta(milliseconds=100))


def _retry(top: JsonSection) -> RetryPolicy | None:
    values = top.get("retry")
    if values is None:
        return None
    if not isinstance(values, dict):
        raise top.error("retry", "must be an object")
    try:
        return parse_retry_policy(values)
    except ValueError as error:
        raise top.error("retry", str(error)) from error


def _log_levels(section: JsonSection) -> dict[str, str]:
    return {name: section.choice(name, "Information", LOG_LEVELS) for name in section.names()}
