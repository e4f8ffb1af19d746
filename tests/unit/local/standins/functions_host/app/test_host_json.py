"""Reading host.json."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.standins.functions_host.app.host_json import HostConfig, load_host_json, parse_host_json
from local.standins.functions_host.errors import StartError
from local.standins.functions_host.logs import LevelsByCategory


def _with(**extensions: object) -> HostConfig:
    return parse_host_json({"version": "2.0", "extensions": extensions})


def test_smallest_file_gives_the_real_hosts_defaults() -> None:
    config = parse_host_json({"version": "2.0"})
    assert config == HostConfig()
    assert (config.route_prefix, config.function_timeout) == ("api", timedelta(minutes=30))
    assert (config.event_hubs.max_batch, config.event_hubs.prefetch) == (100, 300)
    assert (config.queues.batch_size, config.queues.new_batch_threshold) == (16, 8)


def test_everything_that_is_heeded() -> None:
    config = parse_host_json(
        {
            "version": "2.0",
            "functionTimeout": "-1",
            "logging": {"logLevel": {"default": "warning", "Function.noisy": "None"}},
            "extensionBundle": {"id": "Bundle", "version": "[4.28.0, 5.0.0)"},
            "retry": {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:01"},
            "telemetryMode": "OpenTelemetry",
            "extensions": {
                "http": {"routePrefix": "", "maxOutstandingRequests": 5},
                "cosmosDB": {"connectionMode": "Gateway"},
                "eventHubs": {
                    "maxEventBatchSize": 256,
                    "minEventBatchSize": 10,
                    "maxWaitTime": "00:00:02",
                    "prefetchCount": 512,
                    "batchCheckpointFrequency": 3,
                    "initialOffsetOptions": {
                        "type": "fromEnqueuedTime",
                        "enqueuedTimeUtc": "2026-01-02T03:04:05Z",
                    },
                },
                "queues": {
                    "batchSize": 32,
                    "maxPollingInterval": 250,
                    "visibilityTimeout": "00:00:30",
                    "maxDequeueCount": 3,
                    "messageEncoding": "None",
                },
            },
        }
    )
    assert config.function_timeout is None
    assert config.log_levels == {"default": "Warning", "Function.noisy": "None"}
    assert config.route_prefix == ""
    assert config.retry is not None
    assert config.event_hubs.start == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert config.event_hubs.checkpoint_every == 3
    assert config.queues.max_polling == timedelta(milliseconds=250)
    assert (config.queues.new_batch_threshold, config.queues.encoding) == (16, "none")
    assert config.extension_bundle["version"] == "[4.28.0, 5.0.0)"
    assert config.warnings == ()


def test_unknown_keys_are_warned_of_by_their_full_name() -> None:
    config = _with(eventHubs={"maxBatchSize": 5}, teapots={})
    assert [warning.split()[1] for warning in config.warnings] == [
        "extensions.teapots",
        "extensions.eventHubs.maxBatchSize",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ([], "must be an object"),
        ({}, 'version must be "2.0"'),
        ({"version": "2.0", "functionTimeout": "5 min"}, "functionTimeout '5 min'"),
        ({"version": "2.0", "retry": {"strategy": "fixedDelay"}}, "retry max_retry_count"),
        ({"version": "2.0", "logging": {"logLevel": {"default": "Loud"}}}, "default must be one"),
        ({"version": "2.0", "extensions": {"queues": {"batchSize": 33}}}, "queues.batchSize"),
        ({"version": "2.0", "extensions": {"queues": {"batchSize": True}}}, "queues.batchSize"),
        (
            {"version": "2.0", "extensions": {"eventHubs": {"minEventBatchSize": 101}}},
            "minEventBatchSize must not be above",
        ),
        (
            {
                "version": "2.0",
                "extensions": {"eventHubs": {"initialOffsetOptions": {"type": "fromEnqueuedTime"}}},
            },
            "enqueuedTimeUtc",
        ),
    ],
)
def test_wrong_value_is_named(content: object, problem: str) -> None:
    with pytest.raises(StartError, match=problem):
        parse_host_json(content)


def test_missing_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="is missing in"):
        load_host_json(tmp_path, {})
    (tmp_path / "host.json").write_text("{", encoding="utf-8")
    with pytest.raises(StartError, match="not valid JSON"):
        load_host_json(tmp_path, {})


def test_settings_win_over_the_file(tmp_path: Path) -> None:
    text = '{"version": "2.0", "extensions": {"eventHubs": {"maxEventBatchSize": 9}}}'
    (tmp_path / "host.json").write_text(text, encoding="utf-8")
    config = load_host_json(
        tmp_path,
        {
            "AzureFunctionsJobHost__Extensions__eventhubs__maxEventBatchSize": "7",
            "AZUREFUNCTIONSJOBHOST__functionTimeout": "00:00:09",
            "AzureFunctionsJobHost__extensions__cosmosDB__connectionMode": "Gateway",
            "Other__functionTimeout": "00:00:01",
        },
    )
    assert config.event_hubs.max_batch == 7
    assert config.function_timeout == timedelta(seconds=9)
    assert config.warnings == ()
    wrong = {"AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize": "many"}
    with pytest.raises(StartError, match="maxEventBatchSize must be a whole number"):
        load_host_json(tmp_path, wrong)


def test_longest_category_decides_a_lines_level() -> None:
    levels = LevelsByCategory({"default": "Warning", "Function": "Debug", "Function.f": "Error"})
    assert levels.of("Host") == 30
    assert levels.of("Function.g.User") == 10
    assert levels.of("Function.f.User") == 40
    assert levels.of("Function.first") == 10
    assert levels.lowest == 10
    assert LevelsByCategory({}).of("Host") == 20
