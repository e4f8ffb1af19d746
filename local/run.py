"""One run of the simulated fleet against a running stack."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError

from device_sim.fleet.growth import Fleet, load_sized_fleet, resize_fleet
from device_sim.fleet.roster import DEFAULT_FLEET
from device_sim.fleet.workload import workload_document
from local.operate import change_setting
from local.prepare import run_module
from local.processes import Child, ProcessFailedError
from local.report.build import build_report, list_failures
from local.report.observed import Observed
from local.report.observer import Observer
from local.report.resources import ResourceWatch
from local.report.run_log import (
    SentMessage,
    TrueFault,
    load_allocations,
    load_faults,
    load_sent,
)
from local.stack import HostKind, Stack
from tocsin.profiles import load_profiles

SETTLE_S = 30.0
UNDELIVERED = 3  # how the fleet ends when it could not deliver everything; the report counts them
DRAIN_S = 30.0
START_S = 90.0
HISTORY_S = 120.0
APART_DEVICES = 250  # more keep one process of Python too busy, however many cores there are
HISTORY_DEVICES = 250  # more bring none: theirs alone would keep the functions busy for minutes
# How long a device may take at most, when a machine has other things to do.
REGISTER_S = 0.3
CONNECT_S = 0.5
PROGRESS_S = 10.0


@dataclass(frozen=True, slots=True)
class Options:
    """What ``python -m local up`` was asked for.

    - ``duration_s``: None runs until Ctrl-C.
    - ``report``: the file to write the report to, beside printing it.
    - ``devices``, ``seed``, ``faults``, ``history_s``: as for ``python -m device_sim run``.
    - ``host``: the functions host.
    - ``state``: the folder of the services' data; ``keep``: go on with what is in it.
    - ``address``: the loopback address that the services listen on.
    - ``keyless``: identities with roles open the services, in the place of keys.
    - ``paused``: the optimiser moves nothing, to see what a run is like without it.
    - ``resources``: the file for what each process used over time, if it is wanted.
    - ``scores_apart``: scoring has a functions host of its own.
    - ``traces``: the share of messages whose way is traced.
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
    keyless: bool = False
    paused: bool = False
    resources: Path | None = None
    scores_apart: bool = False
    traces: float = 0.0


@dataclass(frozen=True, slots=True)
class Account:
    """What the fleet sent, which faults it had, and what was observed of all that."""

    sent: Sequence[SentMessage]
    faults: Sequence[TrueFault]
    observed: Observed


class Run:
    """One run of the simulated fleet, observed from outside."""

    def __init__(self, stack: Stack, options: Options) -> None:
        self._stack = stack
        self._options = options
        self._log = options.state / "run"
        self._observer = Observer(stack.endpoints, stack.url)
        self._plant = load_plant(options.devices)
        self._fleet: Child | None = None
        self._resources = (
            None
            if options.resources is None
            else ResourceWatch(self._list_processes, options.resources)
        )
        self._started = time.monotonic()

    @property
    def fleet(self) -> Child:
        """The simulated devices' process, once the run has started."""
        assert self._fleet is not None, "start comes first"
        return self._fleet

    @property
    def messages_stored(self) -> int:
        """How many messages have been seen in the database so far."""
        return self._observer.messages_stored

    def start(self) -> None:
        """Register the devices, set each site's tasks, observe, and start the fleet.

        Raises PreparationError, ConnectionError or ProcessFailedError.
        """
        environment = self._stack.list_device_settings()
        devices = len(self._plant.devices)
        run_module(
            ["device_sim", "provision", "--devices", str(devices)],
            {**os.environ, **environment},
            within_s=START_S + devices * REGISTER_S,
        )
        sites = self._plant.sites
        for site in sites:
            tasks = workload_document(self._plant.tasks, site)
            change_setting(self._stack.url, "tasks", site, tasks)
            change_setting(self._stack.url, "optimiser", site, {"paused": self._options.paused})
        self._observer.start(sites)
        self._fleet = self._make_fleet(environment)
        self._fleet.start(within_s=START_S + devices * CONNECT_S)
        self._started = time.monotonic()
        self._stack.tell(f"  ✓ {self._fleet.ready['devices']} devices")
        if self._resources is not None:
            self._resources.start()

    def watch(self, stopped: threading.Event) -> bool:
        """Wait for the fleet's end or a signal; False when a service ended meanwhile."""
        next_progress = time.monotonic() + PROGRESS_S
        while self.fleet.running and not stopped.wait(0.2):
            for child in self._stack.find_fallen():
                print(f"  ✗ {child.explain_end()}", file=sys.stderr)
                return False
            if time.monotonic() >= next_progress:
                next_progress += PROGRESS_S
                self._tell_progress()
        return True

    def finish(self, *, settle_s: float = SETTLE_S) -> dict[str, Any]:
        """Let the fleet drain and the pipeline settle, then account for every reading.

        Raises ProcessFailedError when the fleet broke down, whose log is then no account, and when
        a service no longer says what it holds.
        """
        duration_s = time.monotonic() - self._started
        self._stop_measuring()
        self._stack.tell("  Stopping: the devices deliver what they still hold.")
        exit_code = self.fleet.stop(within_s=DRAIN_S + 10)
        if exit_code not in {0, UNDELIVERED}:
            raise ProcessFailedError(self.fleet.explain_end())
        deadline = time.monotonic() + settle_s
        while True:
            report = self._report(duration_s)
            if not list_failures(report) or time.monotonic() > deadline:
                return report
            time.sleep(0.5)

    def stop(self) -> None:
        self._stop_measuring()
        if self._fleet is not None:
            self._fleet.stop()
        self._observer.stop()

    def _stop_measuring(self) -> None:
        if self._resources is not None:
            self._resources.stop()

    def _list_processes(self) -> dict[str, int]:
        """The process ids of all parts by name; this process, which watches, is ``run``."""
        parts = {**self._stack.children, "device_sim": self.fleet}
        found = {name: child.process_id for name, child in parts.items()}
        return {
            "run": os.getpid(),
            **{name: process for name, process in found.items() if process is not None},
        }

    def take_account(self) -> Account:
        """All that is known of the run by now.

        Raises ProcessFailedError when a service no longer says what it holds.
        """
        tasks = self._plant.tasks
        deadline_ms = {
            task.task_id: task.deadline_ms for task in tasks if task.deadline_ms is not None
        }
        try:
            observed = self._observer.observe(
                deadline_ms,
                load_allocations(self._log),
                {task.task_id: task.priority for task in tasks},
            )
        except AzureError as error:
            reason = " ".join(str(error).split())[:300]
            raise ProcessFailedError(
                f"no report: a service no longer says what it holds: {reason}"
            ) from error
        return Account(load_sent(self._log), load_faults(self._log), observed)

    def _report(self, duration_s: float) -> dict[str, Any]:
        account = self.take_account()
        report = build_report(account.sent, account.faults, account.observed, duration_s=duration_s)
        if self._resources is not None:
            report["resources"] = self._resources.account()
        return report

    def _make_fleet(self, environment: Mapping[str, str]) -> Child:
        options = self._options
        command = [
            sys.executable, "-m", "device_sim", "run",
            "--devices", str(options.devices),
            "--seed", str(options.seed),
            "--faults", options.faults,
            "--history", str(options.history_s),
            "--drain", str(DRAIN_S),
            "--log", str(self._log),
        ]  # fmt: skip
        if options.duration_s is not None:
            command += ["--duration", str(options.duration_s)]
        return self._stack.adopt(
            Child(
                "device_sim",
                command,
                log_path=options.state / "logs" / "device_sim.log",
                env=environment,
            )
        )

    def _tell_progress(self) -> None:
        self._stack.tell(
            f"  {time.monotonic() - self._started:5.0f} s  "
            f"{self.messages_stored} messages stored, {self._observer.alerts_shown} alerts shown"
        )


def choose_history_s(asked: float | None, devices: int) -> float:
    """How many seconds of readings each device brings along: as *asked*, or what suits so many."""
    if asked is not None:
        return asked
    return HISTORY_S if devices <= HISTORY_DEVICES else 0.0


def choose_scores_apart(asked: bool | None, devices: int, host: HostKind) -> bool:
    """Whether scoring has a host of its own: as *asked*, or what suits so many devices.

    Raises ValueError when Core Tools, which run as one host here, are asked for it.
    """
    if host == "func":
        if asked:
            raise ValueError("--scores-apart is of the embedded host; leave out --host func")
        return False
    return devices > APART_DEVICES if asked is None else asked


def load_plant(devices: int) -> Fleet:
    """The default fleet, or a larger one: devices that do not take part are registered as well."""
    whole = load_sized_fleet(DEFAULT_FLEET, load_profiles(), None)
    return resize_fleet(whole, max(devices, len(whole.devices)))
