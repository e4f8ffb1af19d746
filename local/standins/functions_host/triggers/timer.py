"""The timer trigger: fires on its schedule, and at start when a firing was missed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from azure.functions.meta import Datum

from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.app.settings import resolve
from local.standins.functions_host.errors import StartError
from local.standins.functions_host.invocations.invocation import Invoker, Outcome, TriggerValue
from local.standins.functions_host.state.timer_status import TimerStatus, TimerStatusStore
from local.standins.functions_host.triggers.listener import Reachability, wait_for_stop
from local.standins.functions_host.triggers.ncrontab import Interval, Schedule, parse_schedule

# The real host monitors no timer that fires more often.
_SHORTEST_MONITORED = timedelta(minutes=1)
_LONGEST_SLEEP_S = 60.0  # so that a changed clock is noticed

_log = logging.getLogger(__name__)


def timer_value(*, past_due: bool, status: TimerStatus | None) -> TriggerValue:
    """What the function's TimerRequest is made of."""
    facts: dict[str, object] = {"Schedule": {"AdjustForDST": True}, "IsPastDue": past_due}
    if status is not None:
        facts["ScheduleStatus"] = status.to_dict()
    return TriggerValue(Datum(json.dumps(facts), "json"), {})


class TimerListener:
    """Fires one function on its schedule, one firing at a time."""

    def __init__(
        self,
        function: AppFunction,
        *,
        settings: Mapping[str, str],
        statuses: TimerStatusStore,
        invoker: Invoker,
        stopping: asyncio.Event,
    ) -> None:
        """Raises StartError when the schedule or a setting in it is wrong."""
        self._function = function
        self._schedule = _schedule(function, settings)
        self._run_on_startup = bool(function.trigger.get("runOnStartup", False))
        wanted = function.trigger.get("useMonitor")
        self._monitored = wanted is not False and not _is_frequent(self._schedule)
        self._statuses = statuses
        self._invoker = invoker
        self._stopping = stopping
        self._storage = Reachability(f"timer {function.name!r}: its status in storage")

    @property
    def listening(self) -> asyncio.Event:
        return self._storage.reached

    async def run(self) -> None:
        status = await self._first_status()
        self.listening.set()
        past_due = self._monitored and status.next <= _now()
        if past_due or self._run_on_startup:
            status = await self._fire(status, past_due=past_due)
        while not await self._wait_until(status.next):
            status = await self._fire(status, past_due=False)

    async def _first_status(self) -> TimerStatus:
        now = _now()
        stored = await self._read() if self._monitored else None
        if stored is None:
            status = TimerStatus.before_first_firing(self._schedule.next_after(now), now)
        else:
            # The schedule may have changed since: the next firing follows from the last.
            upcoming = self._schedule.next_after(stored.since)
            status = TimerStatus(stored.last, upcoming, stored.last_updated)
        if status != stored:
            await self._write(status)
        return status

    async def _fire(self, status: TimerStatus, *, past_due: bool) -> TimerStatus:
        fired_at = _now()
        value = timer_value(past_due=past_due, status=status if self._monitored else None)
        if await self._invoker.invoke_with_retries(self._function, value) is Outcome.ABANDONED:
            return status
        # From the firing, not from its end: what overran its next time fires again at once.
        fresh = TimerStatus(fired_at, self._schedule.next_after(fired_at), _now())
        await self._write(fresh)
        return fresh

    async def _wait_until(self, moment: datetime) -> bool:
        while not self._stopping.is_set():
            left_s = (moment - _now()).total_seconds()
            if left_s <= 0:
                return False
            await wait_for_stop(self._stopping, min(left_s, _LONGEST_SLEEP_S))
        return True

    async def _read(self) -> TimerStatus | None:
        try:
            status = await self._statuses.read(self._function.name)
        except AzureError as error:
            self._storage.report_lost(error)
            return None
        self._storage.report_found()
        return status

    async def _write(self, status: TimerStatus) -> None:
        if not self._monitored:
            return
        try:
            await self._statuses.write(self._function.name, status)
        except AzureError as error:  # the timer goes on; only past-due may be judged wrongly
            self._storage.report_lost(error)
        else:
            self._storage.report_found()


def _schedule(function: AppFunction, settings: Mapping[str, str]) -> Schedule:
    where = f"function {function.name!r}"
    text = resolve(str(function.trigger.get("schedule", "")), settings, wanted_by=where)
    try:
        return parse_schedule(text)
    except ValueError as error:
        raise StartError(f"{where}: schedule {text!r}: {error}") from error


def _is_frequent(schedule: Schedule) -> bool:
    if isinstance(schedule, Interval):
        return schedule.every < _SHORTEST_MONITORED
    first = schedule.next_after(_now())
    return schedule.next_after(first) - first < _SHORTEST_MONITORED


def _now() -> datetime:
    return datetime.now(UTC)
