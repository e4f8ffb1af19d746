"""Running functions: conversion of the trigger's value, time-out, retries, log lines."""

from __future__ import annotations

import asyncio
import contextvars
import enum
import logging
import threading
import time
import traceback
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from azure.functions.meta import Datum

from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.app.retries import NO_RETRY, RetryPolicy
from local.standins.functions_host.invocations.contexts import (
    Context,
    Failure,
    RetryContext,
    TraceContext,
)
from local.standins.functions_host.invocations.watchdog import Watchdog
from local.standins.functions_host.logs import InvocationLabel, current_invocation

_log = logging.getLogger(__name__)


class InvocationTimeoutError(Exception):
    """A function ran longer than host.json's ``functionTimeout``."""


class Outcome(enum.Enum):
    """How an invocation with its retries ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"  # after the last retry
    ABANDONED = "abandoned"  # the host stopped before the retries ended


@dataclass(frozen=True, slots=True)
class TriggerValue:
    """What a trigger hands over, in the form the worker gets it."""

    datum: Datum
    metadata: Mapping[str, Datum]


class Invoker:
    """Runs the app's functions: async ones on this loop, others on threads."""

    def __init__(
        self,
        *,
        timeout: timedelta | None,
        default_retry: RetryPolicy | None,
        threads: int | None,
        stopping: asyncio.Event,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._timeout_s = timeout.total_seconds() if timeout else None
        self._default_retry = default_retry or NO_RETRY
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._stopping = stopping
        self._local_storage = threading.local()
        self._watchdog = watchdog or Watchdog(self._timeout_s)

    async def invoke_with_retries(self, function: AppFunction, value: TriggerValue) -> Outcome:
        """Invoke until it succeeds, its retries end or the host stops."""
        policy = function.retry or self._default_retry
        limit = -1 if policy.max_retries is None else policy.max_retries
        retry = RetryContext(max_retry_count=limit)
        while True:
            try:
                await self.invoke(function, value, retry=retry)
            except Exception as error:  # noqa: BLE001 - an app may raise anything; it is logged
                delay = policy.delay(retry.retry_count)
                if delay is None:
                    return Outcome.FAILED
                if await self._pause(delay):
                    return Outcome.ABANDONED
                retry = RetryContext(retry.retry_count + 1, limit, _failure(error))
            else:
                return Outcome.SUCCEEDED

    async def invoke(
        self,
        function: AppFunction,
        value: TriggerValue,
        *,
        retry: RetryContext | None = None,
        trace: TraceContext | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the function returns
        """Invoke once and return what the function returns; its exception is logged and raised."""
        trace = trace or TraceContext()
        label = InvocationLabel(function.name, str(uuid.uuid4()), trace.trace_id)
        token = current_invocation.set(label)
        started = time.perf_counter()
        _log.debug("started")
        try:
            arguments = self._arguments(function, value, label, retry, trace)
            result = await self._call(function, arguments, label)
        except Exception:
            _log.exception("failed after %.1f ms", _since_ms(started))
            raise
        else:
            _log.info("succeeded in %.1f ms", _since_ms(started))
            return result
        finally:
            current_invocation.reset(token)

    def close(self) -> None:
        """Let go of the threads; one that still runs a function ends with the process."""
        self._watchdog.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _arguments(
        self,
        function: AppFunction,
        value: TriggerValue,
        label: InvocationLabel,
        retry: RetryContext | None,
        trace: TraceContext,
    ) -> dict[str, object]:
        arguments: dict[str, object] = {
            function.parameter: function.decode(value.datum, trigger_metadata=value.metadata)
        }
        if function.takes_context:
            arguments["context"] = Context(
                function_name=function.name,
                invocation_id=label.invocation_id,
                local_storage=self._local_storage,
                trace=trace,
                retry=retry or RetryContext(),
            )
        return arguments

    async def _call(
        self, function: AppFunction, arguments: Mapping[str, object], label: InvocationLabel
    ) -> Any:  # noqa: ANN401 - whatever the function returns
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                if function.is_async:
                    with self._watchdog.watch(function.name, label.invocation_id):
                        return await function.call(**arguments)
                run = contextvars.copy_context().run
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(
                    self._pool, lambda: run(function.call, **arguments)
                )
        except TimeoutError as error:
            if not limit.expired():
                raise  # the function's own
            left_running = "" if function.is_async else "; its thread cannot be stopped and runs on"
            raise InvocationTimeoutError(
                f"ran longer than functionTimeout ({self._timeout_s} s){left_running}"
            ) from error

    async def _pause(self, delay: timedelta) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), delay.total_seconds())
        except TimeoutError:
            return False
        return True


def _failure(error: Exception) -> Failure:
    trace = "".join(traceback.format_exception(error))
    return Failure(type(error).__name__, str(error), trace)


def _since_ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000
