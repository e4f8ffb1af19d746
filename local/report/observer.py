"""Everything that is observed of a run: what is stored, and what reaches a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from local.endpoints import Endpoints
from local.report.observed import Observed
from local.report.pushed_watch import PushedWatch
from local.report.recovery import Work
from local.report.run_log import Allocated
from local.report.stored import Key, Stored, list_keys, load_stored
from local.report.stored_watch import StoredWatch


class Observer:
    """Observes one run from outside, and leaves out what earlier runs stored."""

    def __init__(self, endpoints: Endpoints, front_url: str) -> None:
        self._endpoints = endpoints
        self._stored = StoredWatch(endpoints)
        self._pushed = PushedWatch(front_url)
        self._earlier = Stored()
        self._earlier_messages: set[Key] = set()

    def start(self, sites: Sequence[str]) -> None:
        """Begin to observe *sites*; raises ConnectionError when there are no live messages."""
        self._stored.start()
        self._pushed.start(sites)
        # After the watches: an alert that is stored from here on is shown to somebody who watches.
        self._earlier = load_stored(self._endpoints)
        self._earlier_messages = list_keys(self._earlier.readings, "deviceId")

    def stop(self) -> None:
        self._pushed.stop()
        self._stored.stop()

    @property
    def messages_stored(self) -> int:
        """How many of this run's messages have been seen in the database so far."""
        # A copy: the watch goes on adding to it.
        return len(dict(self._stored.seen).keys() - self._earlier_messages)

    @property
    def alerts_shown(self) -> int:
        """How many alerts, raised or cleared, have reached a browser so far."""
        return len(dict(self._pushed.alerts).keys() | dict(self._pushed.caught_up).keys())

    def observe(
        self,
        deadline_ms: Mapping[str, float],
        allocated: Sequence[Allocated],
        priority: Mapping[str, float],
    ) -> Observed:
        """What is known by now.

        *deadline_ms*: by task, of those that have one. *allocated*: what the fleet logged.
        *priority*: by task.
        Raises AzureError when a service does not answer.
        """
        stored = load_stored(self._endpoints).without(self._earlier)
        return Observed(
            stored=stored.readings,
            alerts=stored.alerts,
            incidents=stored.incidents,
            dead_letters=len(stored.dead_letters),
            work=Work(deadline_ms, allocated, stored.list_answers(), stored.plans, priority),
            stored_at=dict(self._stored.seen),
            pushed_at=dict(self._pushed.telemetry),
            alerts_pushed_at=dict(self._pushed.alerts),
            alerts_caught_up_at=dict(self._pushed.caught_up),
        )
