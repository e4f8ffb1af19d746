"""The whole system on one machine: start, watch, stop, report."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.endpoints import Endpoints
from local.environments import is_keyless
from local.orphans import OrphanWatch
from local.ports import check_ports
from local.report.build import list_failures
from local.report.resources import can_measure
from local.run import Options, Run
from local.signals import catch_stop_signals
from local.stack import Stack
from local.state import StateError, claim_state, empty_state

AFTER_KILL_S = 15.0  # in which the services of a run that was killed end
METRICS_EVERY_S = 10  # often enough for a demo of a minute


class ReportPathError(RuntimeError):
    """No report can be written where it was asked for."""


def up(options: Options) -> int:
    """Run the local system; returns 0, or 1 when something was lost or a part ended by itself.

    Nothing is started or removed before report, folder and ports are known to be in order. Raises
    ReportPathError, StateError, PortInUseError, PreparationError or ProcessFailedError.
    """
    if options.report is not None:
        prepare_report(options.report)
    if options.resources is not None:
        if not can_measure():
            raise ReportPathError("--resources: only Linux tells here what processes use")
        prepare_report(options.resources, flag="--resources")
    endpoints = choose_endpoints(options)
    ports = ", ".join(f"{port} ({name})" for name, port in endpoints.ports().items())
    with claim_state(options.state, address=options.address, ports=ports) as was_killed:
        if was_killed:
            _tell("The run before was killed; waiting for its services to end.")
        check_ports(endpoints, within_s=AFTER_KILL_S if was_killed else 0.0)
        if not options.keep:
            empty_state(options.state)
        elif (options.state / "azurite").exists() and is_keyless(options.state) != options.keyless:
            raise StateError(
                f"--state {options.state} is of a run with{'out' if not options.keyless else ''} "
                "keys, whose storage accounts have other names: leave --keep out, or name another"
            )
        account = _run(endpoints, options)
    if account is None:
        print("stopped before the run began: there is no report", file=sys.stderr)
        return 1
    whole, report = account
    kept = show_report(report, options.report)
    failures = list_failures(report)
    for line in failures:
        print(f"  ✗ {line}", file=sys.stderr)
    return 0 if whole and kept and not failures else 1


def choose_endpoints(options: Options) -> Endpoints:
    """Where the services listen. Raises StateError where that host cannot do without keys."""
    if not options.keyless:
        return Endpoints(address=options.address)
    if options.host == "func":
        raise StateError(
            "--keyless --host func was never tried: leave --host out; the embedded host has the "
            "settings of a deployment then"
        )
    return Endpoints.without_keys(options.address, options.state)


def prepare_report(path: Path, *, flag: str = "--report") -> None:
    """See to it that a report can be written to *path* later, its folder included.

    Raises ReportPathError when it cannot.
    """
    is_new = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a", encoding="utf-8").close()
        if is_new:
            path.unlink()  # an empty file would pass for a report of a run that then failed
    except OSError as error:
        raise ReportPathError(f"{flag} {path}: cannot be written: {error.strerror}") from error


def show_report(report: Mapping[str, Any], path: Path | None) -> bool:
    """Print *report*, then write it to *path*; False when that failed: it was printed then."""
    text = json.dumps(report, indent=2)
    print(text, flush=True)
    if path is None:
        return True
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        print(
            f"  ✗ --report {path}: {error.strerror}; the report is printed above",
            file=sys.stderr,
        )
        return False
    return True


def _run(endpoints: Endpoints, options: Options) -> tuple[bool, dict[str, Any]] | None:
    """One run from start to stop: whether all services lasted, and the report.

    None when it was told to stop before the devices started.
    """
    stopped = catch_stop_signals()
    _tell("Starting the local Azure:")
    with (
        OrphanWatch() as orphans,
        Stack(
            endpoints,
            options.state,
            host=options.host,
            tell=_tell,
            on_start=orphans.add,
            env=_observe(options.traces) if options.traces else None,
            scores_apart=options.scores_apart,
        ) as stack,
    ):
        if stopped.is_set():
            return None
        run = Run(stack, options)
        try:
            run.start()
            _tell(f"\n  Open {stack.url}\n")
            whole = run.watch(stopped)
            return whole, run.finish()
        finally:
            run.stop()


def _observe(share: float) -> dict[str, str]:
    """Settings of an app that traces this *share* of messages, and measures its work."""
    return {"TRACE_SHARE": f"{share:g}", "METRICS_EVERY_S": f"{METRICS_EVERY_S}"}


def _tell(line: str) -> None:
    print(line, flush=True)
