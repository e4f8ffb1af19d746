"""Settings, durations and retry policies of the Functions host."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.functions_host.app.connections import find_connection
from local.standins.functions_host.app.durations import parse_time_span
from local.standins.functions_host.app.retries import RetryPolicy, parse_retry_policy
from local.standins.functions_host.app.settings import merge_settings, read_file_settings, resolve
from local.standins.functions_host.errors import MissingSettingError, StartError


def _write(folder: Path, text: str) -> Path:
    (folder / "local.settings.json").write_text(text, encoding="utf-8")
    return folder


def test_file_gives_texts(tmp_path: Path) -> None:
    _write(tmp_path, '\ufeff{"Values": {"A": "x", "B": true, "C": 5}, "Host": {"CORS": "*"}}')
    assert read_file_settings(tmp_path) == {"A": "x", "B": "true", "C": "5"}


def test_no_file_gives_nothing(tmp_path: Path) -> None:
    assert read_file_settings(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not valid JSON"),
        ("[]", "must hold an object"),
        ('{"IsEncrypted": true, "Values": {"A": "x"}}', "is encrypted"),
        ('{"Values": []}', "must be an object"),
        ('{"Values": {"A": {"B": 1}}}', "'A'"),
    ],
)
def test_wrong_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(StartError, match=problem):
        read_file_settings(_write(tmp_path, text))


def test_environment_wins() -> None:
    assert merge_settings({"A": "env"}, {"A": "file", "B": "file"}) == {"A": "env", "B": "file"}


def test_references_are_replaced() -> None:
    settings = {"A": "one", "B_2": "two"}
    assert resolve("%A%-x-%B_2%%A%", settings, wanted_by="f") == "one-x-twoone"
    assert resolve("100 % sure, 5%", settings, wanted_by="f") == "100 % sure, 5%"


def test_missing_setting_is_named() -> None:
    with pytest.raises(MissingSettingError, match=r"function 'f' wants the setting 'NONE'"):
        resolve("%NONE%", {}, wanted_by="function 'f'")


def test_connection_is_a_text_or_parts() -> None:
    settings = {"C": "text", "I__fullyQualifiedNamespace": "n", "AzureWebJobsStorage": "s"}
    assert find_connection("C", settings, wanted_by="f").text == "text"
    assert find_connection("I", settings, wanted_by="f").part("fullyQualifiedNamespace") == "n"
    assert find_connection(None, settings, wanted_by="f").text == "s"
    assert find_connection("Storage", settings, wanted_by="f").text == "s"
    with pytest.raises(MissingSettingError, match="'D'"):
        find_connection("D", settings, wanted_by="f")


@given(st.timedeltas(timedelta(0), timedelta(days=99)))
def test_duration_is_read_as_written(duration: timedelta) -> None:
    hours, rest = divmod(duration.seconds, 3600)
    text = f"{duration.days}.{hours:02}:{rest // 60:02}:{rest % 60:02}.{duration.microseconds:06}0"
    assert abs(parse_time_span(text) - duration) <= timedelta(microseconds=1)


@given(st.integers(1, 50), st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 200))
def test_exponential_delays_grow_to_the_longest(
    most: int, shortest_s: int, more_s: int, retry: int
) -> None:
    shortest = timedelta(seconds=shortest_s)
    policy = RetryPolicy(most, shortest, shortest + timedelta(seconds=more_s))
    delay = policy.delay(retry)
    if retry >= most:
        assert delay is None
        return
    assert delay is not None
    assert policy.shortest <= delay <= policy.longest
    before = policy.delay(retry - 1) if retry else delay
    assert before is not None
    assert delay == min(before * (2 if retry else 1), policy.longest)


def test_policies_of_decorators_and_host_json() -> None:
    fixed = parse_retry_policy(
        {"strategy": "fixed_delay", "max_retry_count": "3", "delay_interval": "00:00:05"}
    )
    assert [fixed.delay(retry) for retry in range(4)] == [*[timedelta(seconds=5)] * 3, None]
    exponential = parse_retry_policy(
        {
            "strategy": "exponentialBackoff",
            "maxRetryCount": -1,
            "minimumInterval": "00:00:01",
            "maximumInterval": "00:01:00",
        }
    )
    delays = [exponential.delay(retry) for retry in (0, 1, 5, 6, 10**6)]
    assert delays == [timedelta(seconds=seconds) for seconds in (1, 2, 32, 60, 60)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"strategy": "hope"}, "strategy"),
        ({"max_retry_count": "many"}, "max_retry_count"),
        ({"max_retry_count": "-2"}, "max_retry_count"),
        ({"delay_interval": None}, "delay_interval is missing"),
        ({"delay_interval": "5 s"}, "delay_interval: '5 s'"),
        ({"strategy": "exponential_backoff"}, "minimum_interval is missing"),
    ],
)
def test_wrong_policy_is_named(change: dict[str, object], problem: str) -> None:
    right = {"strategy": "fixed_delay", "max_retry_count": "3", "delay_interval": "00:00:05"}
    with pytest.raises(ValueError, match=problem):
        parse_retry_policy({**right, **change})
