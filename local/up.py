"""The whole system on one machine: start, watch, stop, report."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.cosmos import CosmosClient
from azure.storage.blob import ContainerClient

from device_sim.fleet.fleet import DEFAULT_FLEET, load_fleet
from device_sim.fleet.workload import load_workload, workload_document
from local.operate import change_setting
from local.prepare import DATABASE, run_module
from local.processes import Child, ProcessFailedError
from local.report.build import Observed, build_report, failures
from local.report.recovery import Work
from local.report.run_log import read_allocations, read_faults, read_sent
from local.report.watches import PushedWatch, StoredWatch
from local.services import Endpoints
from local.stack import HostKind, Stack
from tocsin.profiles import load_profiles

SETTLE_S = 30.0
UNDELIVERED = 3  # how the fleet ends when messages stayed with it; the report counts them
DRAIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """What ``python -m local up`` was asked for. ``duration_s`` None runs until Ctrl-C.

    ``paused``: the optimiser moves nothing, to see what a run is like without it.
    """

    duration_s: float | None
    report: Path | None
    devices: int
    seed: int
    faults: str
    history_s: float
    host: HostKind
    state: Path
    keep: bool
    address: str
    paused: bool = False


def up(options: Options) -> int:
    """Run the local system; returns 0, or 1 when something was lost or a part fell over."""
    if not options.keep:
        shutil.rmtree(options.state, ignore_errors=True)
    stopped = _stop_on_signals()
    print("Starting the local Azure:", flush=True)
    with Stack(
        Endpoints(address=options.address), options.state, host=options.host, tell=_tell
    ) as stack:
        run = Run(stack, options)
        try:
            run.start()
            _tell(f"\n  Open {stack.url}\n")
            whole = run.watch(stopped)
            report = run.finish()
        finally:
            run.stop()
    _show(report, options.report)
    found = failures(report)
    for line in found:
        print(f"  ✗ {line}", file=sys.stderr)
    return 0 if whole and not found else 1


class Run:
    """One run of the simulated fleet against a running stack, watched from outside."""

    def __init__(self, stack: Stack, options: Options) -> None:
        self._stack = stack
        self._options = options
        self._log = options.state / "run"
        self._stored = StoredWatch(stack.endpoints.cosmos_connection)
        self._pushed = PushedWatch(stack.url)
        self._tasks = load_workload(DEFAULT_FLEET, load_profiles())
        self._fleet: Child | None = None
        self._started = time.monotonic()

    @property
    def fleet(self) -> Child:
        """The simulated devices' process, once the run has started."""
        assert self._fleet is not None, "start comes first"
        return self._fleet

    def start(self) -> None:
        environment = self._stack.device_environment()
        run_module(["device_sim", "provision"], {**os.environ, **environment})
        sites = sorted({device.site for device in load_fleet(DEFAULT_FLEET, load_profiles())})
        for site in sites:
            tasks = workload_document(self._tasks, site)
            change_setting(self._stack.url, "tasks", site, tasks)
            change_setting(self._stack.url, "optimiser", site, {"paused": self._options.paused})
        self._stored.start()
        self._pushed.start(sites)
        self._fleet = Child(
            "device_sim",
            [sys.executable, "-m", "device_sim", "run", *self._size(), *self._course()],
            log_path=self._options.state / "logs" / "device_sim.log",
            env=environment,
        )
        self._fleet.start(within_s=90)
        self._started = time.monotonic()
        _tell(f"  ✓ {self._fleet.ready['devices']} devices")

    def watch(self, stopped: threading.Event) -> bool:
        """Wait for the fleet's end or a signal; False when a service fell over meanwhile."""
        next_word = time.monotonic() + 10
        while self.fleet.running and not stopped.wait(0.2):
            for child in self._stack.fallen():
                print(
                    f"  ✗ {child.name} ended with code {child.exit_code}; "
                    f"its log is {child.log_path}:\n{child.log_end()}",
                    file=sys.stderr,
                )
                return False
            if time.monotonic() >= next_word:
                next_word += 10
                self._say_how_it_goes()
        return True

    @property
    def messages_stored(self) -> int:
        """How many messages have been seen in the database so far."""
        return len(self._stored.seen)

    def finish(self, *, settle_s: float = SETTLE_S) -> dict[str, Any]:
        """Let the fleet drain and the pipeline settle, then account for every reading.

        Raises ProcessFailedError when the fleet broke down, whose log is then no account.
        """
        duration_s = time.monotonic() - self._started
        exit_code = self.fleet.stop(within_s=DRAIN_S + 10)
        if exit_code not in {0, UNDELIVERED}:
            raise ProcessFailedError(
                f"the fleet ended with code {exit_code}:\n{self.fleet.log_end()}"
            )
        sent, faults = read_sent(self._log), read_faults(self._log)
        deadline = time.monotonic() + settle_s
        while True:
            report = build_report(sent, faults, self._observed(), duration_s=duration_s)
            if not failures(report) or time.monotonic() > deadline:
                return report
            time.sleep(0.5)

    def stop(self) -> None:
        if self._fleet is not None:
            self._fleet.stop()
        self._pushed.stop()
        self._stored.stop()

    def _observed(self) -> Observed:
        endpoints = self._stack.endpoints
        with CosmosClient.from_connection_string(endpoints.cosmos_connection) as client:
            database = client.get_database_client(DATABASE)
            stored = database.get_container_client("readings").query_items(
                "SELECT c.deviceId, c.id, c.t FROM c", enable_cross_partition_query=True
            )
            alerts = database.get_container_client("alerts").query_items(
                "SELECT c.deviceId, c.id, c.t, c.type FROM c", enable_cross_partition_query=True
            )
            plans = database.get_container_client("plans").query_items(
                "SELECT * FROM c WHERE c.type = 'plan'", enable_cross_partition_query=True
            )
            answers = database.get_container_client("readings").query_items(
                "SELECT c.deviceId, c.t, c.channels.response_ms FROM c "
                "WHERE IS_DEFINED(c.channels.response_ms)",
                enable_cross_partition_query=True,
            )
            stored_documents, alert_documents = list(stored), list(alerts)
            work = self._work(list(plans), list(answers))
        with ContainerClient.from_connection_string(
            endpoints.storage_connection, "dead-letters"
        ) as letters:
            dead_letters = sum(1 for _ in letters.list_blob_names())
        return Observed(
            stored=stored_documents,
            alerts=alert_documents,
            dead_letters=dead_letters,
            work=work,
            stored_at=dict(self._stored.seen),
            pushed_at=dict(self._pushed.telemetry),
            alerts_pushed_at=dict(self._pushed.alerts),
        )

    def _work(
        self, plans: Sequence[Mapping[str, Any]], stored: Sequence[Mapping[str, Any]]
    ) -> Work:
        answers: dict[str, list[tuple[int, float]]] = {}
        for one in stored:
            known = zip(one["t"], one["response_ms"], strict=True)
            answers.setdefault(one["deviceId"], []).extend(
                (t, ms) for t, ms in known if ms is not None
            )
        return Work(
            deadline_ms={
                one.task_id: one.deadline_ms for one in self._tasks if one.deadline_ms is not None
            },
            allocated=read_allocations(self._log),
            answers={name: sorted(found) for name, found in answers.items()},
            plans=plans,
        )

    def _size(self) -> list[str]:
        return ["--devices", str(self._options.devices)]

    def _course(self) -> list[str]:
        options = self._options
        course = [
            "--seed", str(options.seed),
            "--faults", options.faults,
            "--history", str(options.history_s),
            "--drain", str(DRAIN_S),
            "--log", str(self._log),
        ]  # fmt: skip
        if options.duration_s is not None:
            course += ["--duration", str(options.duration_s)]
        return course

    def _say_how_it_goes(self) -> None:
        _tell(
            f"  {time.monotonic() - self._started:5.0f} s  "
            f"{self.messages_stored} messages stored, {len(self._pushed.alerts)} alerts shown"
        )


def _stop_on_signals() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _show(report: Mapping[str, Any], path: Path | None) -> None:
    text = json.dumps(report, indent=2)
    if path is not None:
        path.write_text(text + "\n", encoding="utf-8")
    print(text, flush=True)


def _tell(line: str) -> None:
    print(line, flush=True)
