"""Retry policies: when a failed invocation is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from local.standins.functions_host.app.durations import parse_time_span

_STRATEGIES = {
    "fixed_delay": "fixed",
    "fixeddelay": "fixed",
    "exponential_backoff": "exponential",
    "exponentialbackoff": "exponential",
}
_LARGEST_EXPONENT = 64  # beyond any interval; keeps the power finite


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most *max_retries* further attempts (None: without end), each after a delay.

    The delay doubles from *shortest* to *longest*; a fixed delay has both equal.
    """

    max_retries: int | None
    shortest: timedelta
    longest: timedelta

    def delay(self, retry: int) -> timedelta | None:
        """How long to wait before retry number *retry* (0 is the first); None: give up."""
        if self.max_retries is not None and retry >= self.max_retries:
            return None
        doubled_s = self.shortest.total_seconds() * 2.0 ** min(retry, _LARGEST_EXPONENT)
        return timedelta(seconds=min(doubled_s, self.longest.total_seconds()))


NO_RETRY = RetryPolicy(0, timedelta(0), timedelta(0))


def parse_retry_policy(values: Mapping[str, object]) -> RetryPolicy:
    """The policy of a decorator or of host.json (keys in snake or camel case).

    Raises ValueError naming the key that is missing or wrong.
    """
    by_name = {name.replace("_", "").lower(): value for name, value in values.items()}
    strategy = _STRATEGIES.get(str(by_name.get("strategy", "")).lower())
    if strategy is None:
        raise ValueError("strategy must be fixed_delay or exponential_backoff")
    max_retries = _max_retries(by_name.get("maxretrycount"))
    if strategy == "fixed":
        delay = _interval(by_name, "delayinterval", "delay_interval")
        return RetryPolicy(max_retries, delay, delay)
    shortest = _interval(by_name, "minimuminterval", "minimum_interval")
    longest = _interval(by_name, "maximuminterval", "maximum_interval")
    if longest < shortest:
        raise ValueError("maximum_interval must not be shorter than minimum_interval")
    return RetryPolicy(max_retries, shortest, longest)


def _max_retries(value: object) -> int | None:
    try:
        count = int(str(value))
    except ValueError:
        raise ValueError("max_retry_count must be a whole number, -1 for no end") from None
    if count < -1:
        raise ValueError("max_retry_count must be at least -1")
    return None if count == -1 else count


def _interval(values: Mapping[str, object], key: str, name: str) -> timedelta:
    if values.get(key) is None:
        raise ValueError(f"{name} is missing: give it as hh:mm:ss")
    try:
        return parse_time_span(str(values[key]))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
