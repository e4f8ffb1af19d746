"""``python -m local``: set up, run and check Tocsin on one machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from local.disk import means_full
from local.flags import make_parser
from local.setup.machine import MachineError
from local.setup.packages import SetupError, set_up
from local.shells import write_assignments
from local.state import MARKER, StateError, StateInUseError, check_ours, claim_state, empty_state

# Only what needs no package is imported here, and what parses on Python 3.8: the set-up runs before
# there is any package, on whatever Python there is.


def main(
    arguments: list[str] | None = None,
    commands: Mapping[str, Callable[[argparse.Namespace], int]] | None = None,
) -> int:
    """Run one command; returns the exit code: 0, 1 when it failed, 2 when it was asked wrongly."""
    options = make_parser().parse_args(arguments)
    command: str = options.command
    try:
        return (commands or COMMANDS)[command](options)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in {"local", "device_sim", "tocsin"}:
            raise  # a mistake of ours
        print(
            f"{error.name} is not installed for {sys.executable}. Set up first (make setup, or: "
            f"python -m local setup), then use the environment's Python: "
            f".venv/bin/python -m local {command}",
            file=sys.stderr,
        )
    except OSError as error:
        if not means_full(error):
            raise
        print(f"failed: the disk is full ({error}); make room and start again", file=sys.stderr)
        return 1
    return 2


def _set_up(options: argparse.Namespace) -> int:
    try:
        set_up(with_browser=not options.without_browser)
    except MachineError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 2
    except SetupError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 1
    return 0


def _up(options: argparse.Namespace) -> int:
    from local.func_host import FuncMissingError  # noqa: PLC0415 (see the top)
    from local.ports import PortInUseError  # noqa: PLC0415 (see the top)
    from local.prepare import PreparationError  # noqa: PLC0415 (see the top)
    from local.processes import ProcessFailedError  # noqa: PLC0415 (see the top)
    from local.run import (  # noqa: PLC0415 (see the top)
        Options,
        choose_history_s,
        choose_scores_apart,
    )
    from local.up import ReportPathError, up  # noqa: PLC0415 (see the top)

    try:
        apart = choose_scores_apart(options.scores_apart, options.devices, options.host)
    except ValueError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 2
    try:
        return up(
            Options(
                duration_s=options.duration,
                report=options.report,
                devices=options.devices,
                seed=options.seed,
                faults=options.faults,
                history_s=choose_history_s(options.history, options.devices),
                host=options.host,
                state=options.state.resolve(),
                keep=options.keep,
                address=options.address,
                keyless=options.keyless,
                paused=options.paused,
                resources=options.resources,
                scores_apart=apart,
                traces=options.traces,
            )
        )
    except (
        ConnectionError, FuncMissingError, PortInUseError, PreparationError, ProcessFailedError,
        StateInUseError,
    ) as error:  # fmt: skip
        print(f"failed: {error}", file=sys.stderr)
        return 1
    except (ReportPathError, StateError) as error:
        print(f"failed: {error}", file=sys.stderr)
        return 2


def _env(options: argparse.Namespace) -> int:
    from local.endpoints import Endpoints  # noqa: PLC0415 (see the top)
    from local.environments import (  # noqa: PLC0415 (see the top)
        find_authority,
        is_keyless,
        list_command_settings,
    )

    state = options.state.resolve()
    if not find_authority(state).exists():
        print(f"{state} holds no running stack; start it first: make demo", file=sys.stderr)
        return 1
    endpoints = (
        Endpoints.without_keys(options.address, state)
        if is_keyless(state)
        else Endpoints(options.address)
    )
    settings = list_command_settings(endpoints, state)
    print("\n".join(write_assignments(settings, options.shell)))
    return 0


def _check(_: argparse.Namespace) -> int:
    from local.check import run_checks  # noqa: PLC0415 (see the top)

    return 1 if run_checks() else 0


def _lock(options: argparse.Namespace) -> int:
    from local.supply.lock import LockError, make_locks  # noqa: PLC0415 (see the top)
    from local.supply.stale import list_stale  # noqa: PLC0415 (see the top)

    try:
        stale = list_stale() if options.check else make_locks(upgrade=options.upgrade)
    except LockError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    for line in stale:
        print(line, file=sys.stderr)
    if stale:
        print("the locks do not fit; make them again: python -m local lock", file=sys.stderr)
    return 1 if stale else 0


def _audit(_: argparse.Namespace) -> int:
    from local.supply.audit import audit  # noqa: PLC0415 (see the top)

    return audit()


def _sbom(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime  # noqa: PLC0415 (UTC came with 3.11; see the top)

    from local.supply.sbom import write_sbom  # noqa: PLC0415 (see the top)

    text = write_sbom(python=options.python, made_at=datetime.now(UTC))
    if options.output is None:
        print(text, end="")
    else:
        options.output.write_text(text, encoding="utf-8")
    return 0


def _clean(options: argparse.Namespace) -> int:
    state: Path = options.state.resolve()
    try:
        check_ours(state)
        if (state / MARKER).exists():
            with claim_state(state):
                empty_state(state)
    except StateError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1 if isinstance(error, StateInUseError) else 2
    return 0


def _feedback(options: argparse.Namespace) -> int:
    from local.feedback import run  # noqa: PLC0415 (see the top)

    return _operate(options, run)


def _mail(options: argparse.Namespace) -> int:
    from local.endpoints import MAIL_PORT  # noqa: PLC0415 (see the top)
    from local.mail import run  # noqa: PLC0415 (see the top)

    return run(options.address, MAIL_PORT)


def _dead_letters(options: argparse.Namespace) -> int:
    from local.letters import run  # noqa: PLC0415 (see the top)

    return _operate(options, run)


def _traces(options: argparse.Namespace) -> int:
    from local.services import find_telemetry  # noqa: PLC0415 (see the top)
    from local.traces import run  # noqa: PLC0415 (see the top)

    return run(options, find_telemetry(options.state.resolve()))


def _metrics(options: argparse.Namespace) -> int:
    from local.metrics import run  # noqa: PLC0415 (see the top)
    from local.services import find_telemetry  # noqa: PLC0415 (see the top)

    return run(options, find_telemetry(options.state.resolve()))


def _operate(options: argparse.Namespace, run: Callable[[argparse.Namespace, str], int]) -> int:
    """Run what calls the API through the front door of the running stack."""
    from local.endpoints import Endpoints  # noqa: PLC0415 (see the top)
    from local.prepare import PreparationError  # noqa: PLC0415 (see the top)

    try:
        endpoints = Endpoints(address=options.address)
        return run(options, f"http://{endpoints.host}:{endpoints.front}/")
    except PreparationError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1


COMMANDS = {
    "dead-letters": _dead_letters, "feedback": _feedback, "mail": _mail,
    "traces": _traces, "metrics": _metrics,
    "setup": _set_up, "up": _up, "env": _env, "check": _check, "lock": _lock, "audit": _audit,
    "sbom": _sbom, "clean": _clean,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
