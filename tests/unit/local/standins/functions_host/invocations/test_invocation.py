"""Running functions in the host: arguments, time-outs, retries, threads."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.app.retries import RetryPolicy
from local.standins.functions_host.invocations.contexts import TraceContext
from local.standins.functions_host.invocations.invocation import (
    InvocationTimeoutError,
    Invoker,
    Outcome,
)
from local.standins.functions_host.invocations.watchdog import Watchdog
from local.standins.functions_host.logs import current_invocation
from local.standins.functions_host.triggers.timer import timer_value

VALUE = timer_value(past_due=True, status=None)
SOON = timedelta(milliseconds=1)


def _function(call: Callable[..., Any], retry: RetryPolicy | None = None) -> AppFunction:
    trigger = {"type": "timerTrigger", "name": "timer"}
    return AppFunction("f", call, trigger, takes_context=True, retry=retry)


def _invoker(
    *,
    timeout: timedelta | None = None,
    retry: RetryPolicy | None = None,
    stopping: asyncio.Event | None = None,
) -> Invoker:
    return Invoker(
        timeout=timeout, default_retry=retry, threads=2, stopping=stopping or asyncio.Event()
    )


async def test_async_function_runs_on_the_loop_with_its_arguments() -> None:
    async def call(timer: func.TimerRequest, context: func.Context) -> tuple[object, ...]:
        label = current_invocation.get()
        assert label is not None
        assert label.invocation_id == context.invocation_id
        return timer.past_due, context.function_name, threading.current_thread()

    result = await _invoker().invoke(_function(call), VALUE)
    assert result == (True, "f", threading.main_thread())
    assert current_invocation.get() is None


async def test_plain_function_runs_on_a_thread_and_its_log_lines_are_labelled() -> None:
    def call(timer: func.TimerRequest, context: func.Context) -> object:
        label = current_invocation.get()
        assert label is not None
        return threading.current_thread().name, label.invocation_id == context.invocation_id

    name, labelled = await _invoker().invoke(_function(call), VALUE)
    assert name.startswith("function")
    assert labelled


async def test_async_function_is_cut_off_at_its_time_out() -> None:
    ended = asyncio.Event()

    async def call(timer: func.TimerRequest, context: func.Context) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(InvocationTimeoutError, match="functionTimeout"):
        await _invoker(timeout=SOON).invoke(_function(call), VALUE)
    assert ended.is_set()


async def test_trace_context_has_the_older_names_too() -> None:
    async def call(timer: func.TimerRequest, context: func.Context) -> tuple[str, str]:
        trace = context.trace_context
        return getattr(trace, "Traceparent"), getattr(trace, "Tracestate")  # noqa: B009 (untyped)

    trace = TraceContext("00-trace", "state=1")
    result = await _invoker().invoke(_function(call), VALUE, trace=trace)
    assert result == ("00-trace", "state=1")


async def test_plain_functions_time_out_is_reported_while_it_runs_on() -> None:
    release = threading.Event()

    def call(timer: func.TimerRequest, context: func.Context) -> None:
        release.wait(10)

    with pytest.raises(InvocationTimeoutError, match="runs on"):
        await _invoker(timeout=SOON).invoke(_function(call), VALUE)
    release.set()


async def test_functions_own_time_out_error_is_its_own() -> None:
    async def call(timer: func.TimerRequest, context: func.Context) -> None:
        raise TimeoutError("of a client")

    with pytest.raises(TimeoutError, match="of a client"):
        await _invoker(timeout=timedelta(seconds=5)).invoke(_function(call), VALUE)


class _Failing:
    """A function that fails a number of times, and notes its retry contexts."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.seen: list[tuple[int, int, str | None]] = []

    async def __call__(self, timer: func.TimerRequest, context: func.Context) -> None:
        retry = context.retry_context
        message = retry.exception.message if retry.retry_count else None
        self.seen.append((retry.retry_count, retry.max_retry_count, message))
        if len(self.seen) <= self.failures:
            raise ValueError(f"failure {len(self.seen)}")


def _calling(failing: _Failing, retry: RetryPolicy | None) -> AppFunction:
    async def call(timer: func.TimerRequest, context: func.Context) -> None:
        await failing(timer, context)

    return _function(call, retry)


async def test_retries_end_with_success() -> None:
    failing = _Failing(2)
    outcome = await _invoker().invoke_with_retries(
        _calling(failing, RetryPolicy(5, SOON, SOON)), VALUE
    )
    assert outcome is Outcome.SUCCEEDED
    assert failing.seen == [(0, 5, None), (1, 5, "failure 1"), (2, 5, "failure 2")]


async def test_retries_end_with_failure() -> None:
    failing = _Failing(99)
    invoker = _invoker(retry=RetryPolicy(2, SOON, SOON))
    assert await invoker.invoke_with_retries(_calling(failing, None), VALUE) is Outcome.FAILED
    assert [count for count, _, _ in failing.seen] == [0, 1, 2]


async def test_policy_of_the_function_wins_over_the_hosts() -> None:
    failing = _Failing(99)
    invoker = _invoker(retry=RetryPolicy(5, SOON, SOON))
    function = _calling(failing, RetryPolicy(1, SOON, SOON))
    assert await invoker.invoke_with_retries(function, VALUE) is Outcome.FAILED
    assert len(failing.seen) == 2


async def test_retries_without_end_stop_with_the_host() -> None:
    stopping = asyncio.Event()
    failing = _Failing(99)
    endless = RetryPolicy(None, timedelta(hours=1), timedelta(hours=1))
    running = asyncio.create_task(
        _invoker(stopping=stopping).invoke_with_retries(_calling(failing, endless), VALUE)
    )
    await asyncio.sleep(0.01)
    stopping.set()
    assert await running is Outcome.ABANDONED
    assert failing.seen == [(0, -1, None)]


async def test_failure_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="local.standins.functions_host"):
        await _invoker().invoke_with_retries(_calling(_Failing(1), None), VALUE)
    (failure,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert failure.exc_info is not None
    assert "failed after" in failure.getMessage()


async def test_function_that_blocks_the_loop_ends_the_host_at_its_time_out() -> None:
    ended, reasons = threading.Event(), []

    def end(reason: str) -> None:
        reasons.append(reason)
        ended.set()

    async def call(timer: func.TimerRequest, context: func.Context) -> None:
        assert ended.wait(10), "nobody noticed"

    invoker = Invoker(
        timeout=SOON,
        default_retry=None,
        threads=2,
        stopping=asyncio.Event(),
        watchdog=Watchdog(SOON.total_seconds(), grace_s=0.01, end=end),
    )
    await invoker.invoke_with_retries(_function(call), VALUE)
    invoker.close()
    assert len(reasons) == 1
    assert "function 'f' has blocked the loop for longer than functionTimeout" in reasons[0]


def test_timer_value_is_what_the_worker_gets() -> None:
    assert json.loads(VALUE.datum.value)["IsPastDue"] is True
