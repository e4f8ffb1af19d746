"""``python -m local``: set up, run and check Tocsin on one machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from local.disk import means_full
from local.feedback_flags import add_actions
from local.listening.addresses import loopback_address
from local.setup.machine import MachineError
from local.setup.packages import SetupError, set_up
from local.shells import SHELLS, choose_shell, write_assignments
from local.state import MARKER, StateError, StateInUseError, check_ours, claim_state, empty_state

# Only what needs no package is imported here, and what parses on Python 3.8: the set-up runs before
# there is any package, on whatever Python there is.

EXAMPLES = """\
examples:
  python -m local up                          until Ctrl-C; open the printed address
  python -m local up --duration 60 --report out.json
  python -m local up --host func              with Azure Functions Core Tools
"""


def main(
    arguments: list[str] | None = None,
    commands: Mapping[str, Callable[[argparse.Namespace], int]] | None = None,
) -> int:
    """Run one command; returns the exit code: 0, 1 when it failed, 2 when it was asked wrongly."""
    options = _make_parser().parse_args(arguments)
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


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Tocsin on this machine: the same app and SDKs, against local stand-ins.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="install all that is missing")
    setup.add_argument("--without-browser", action="store_true", help="tests need one, a demo not")
    env = commands.add_parser(
        "env", help="print what device_sim and ml_model need to reach a running stack"
    )
    env.add_argument(
        "--shell", choices=sorted(SHELLS), default=choose_shell(),
        help="whose commands to print (here by default: %(default)s)",
    )  # fmt: skip
    _add_state(env)
    _add_address(env)
    commands.add_parser("check", help="style, types, layers and locks")
    _add_supply(commands)
    clean = commands.add_parser("clean", help="forget the local services' state")
    _add_state(clean)
    mail = commands.add_parser("mail", help="print the mails that a running stack sends")
    _add_address(mail)
    letters = commands.add_parser("dead-letters", help="list, show, replay what was not usable")
    _add_letters(letters)
    feedback = commands.add_parser("feedback", help="say what a device's alerts are")
    for action in add_actions(feedback):
        _add_address(action)
    _add_up(commands.add_parser("up", help="start everything, with simulated devices"))
    return parser


def _add_up(up: argparse.ArgumentParser) -> None:
    up.add_argument(
        "--duration", type=_parse_seconds, metavar="S", help="seconds; until Ctrl-C if left out"
    )
    up.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON here too")
    up.add_argument(
        "--resources", type=Path, metavar="FILE",
        help="measure every process: a line each 5 s to this file, the account in the report "
        "(Linux only)",
    )  # fmt: skip
    up.add_argument(
        "--devices", type=_parse_count, default=50,
        help="how many (default 50); above the 52 of the fleet file, its sites are there several "
        "times: 1000 are 40 sites (python -m device_sim run --help says how)",
    )  # fmt: skip
    up.add_argument("--seed", type=int, default=7, help="of signals and faults (default 7)")
    up.add_argument(
        "--faults",
        default="demo",
        help="demo, work (an overload and a failing device), none, or faults per device and hour "
        "(default demo)",
    )
    up.add_argument(
        "--history", type=float, metavar="S",
        help="seconds of readings each device brings along (default 120; 0 above 250 devices, "
        "whose history alone would keep the functions busy for minutes)",
    )  # fmt: skip
    up.add_argument(
        "--host", choices=("embedded", "func"), default="embedded", help="functions host"
    )
    up.add_argument(
        "--scores-apart", action=argparse.BooleanOptionalAction,
        help="score in a functions host of its own, as Azure gives each function instances of its "
        "own (default: above 250 devices)",
    )  # fmt: skip
    up.add_argument(
        "--keyless", action="store_true",
        help="identities with the roles of a deployment in the place of keys",
    )  # fmt: skip
    up.add_argument("--paused", action="store_true", help="with the optimiser paused")
    _add_address(up)
    up.add_argument("--keep", action="store_true", help="go on with the data in --state")
    _add_state(up)


def _add_letters(letters: argparse.ArgumentParser) -> None:
    actions = letters.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="one line of JSON each, newest first")
    listing.add_argument("--from", metavar="MS", type=int, help="default: a week ago")
    listing.add_argument("--to", metavar="MS", type=int, help="default: now")
    listing.add_argument("--reason", help="only those with this reason (docs/formats.md)")
    show = actions.add_parser("show", help="one of them, whole")
    show.add_argument("id")
    replay = actions.add_parser("replay", help="score the message, or show the alert, once more")
    replay.add_argument("id", nargs="+")
    for action in (listing, show, replay):
        _add_address(action)


def _add_supply(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lock = commands.add_parser("lock", help="make the locks of the Python packages again")
    lock.add_argument(
        "--upgrade", action="store_true", help="raise what only other packages ask for, too"
    )
    lock.add_argument(
        "--check", action="store_true", help="say only whether they still fit; asks no index"
    )
    commands.add_parser(
        "audit", help="known weaknesses of what is locked (exit code 3: could not be asked)"
    )
    sbom = commands.add_parser("sbom", help="print what is deployed as a CycloneDX list")
    sbom.add_argument(
        "--python", default="3.11", choices=("3.11", "3.12", "3.13"),
        help="that the functions run on (default %(default)s)",
    )  # fmt: skip
    sbom.add_argument("--output", type=Path, metavar="FILE", help="write it here instead")


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state", type=Path, default=Path(".local/state"),
        help="folder of the services' data; a new or an empty one, or one of an earlier run "
        "(default .local/state)",
    )  # fmt: skip


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--address",
        type=loopback_address,
        default="127.0.0.1",
        help="loopback address of the services",
    )


def _parse_count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return count


def _parse_seconds(text: str) -> float:
    seconds = float(text)
    if seconds <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return seconds


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
    from local.environments import (  # noqa: PLC0415 (see the top)
        find_authority,
        is_keyless,
        list_command_settings,
    )
    from local.services import Endpoints  # noqa: PLC0415 (see the top)

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
    from local.mail import run  # noqa: PLC0415 (see the top)
    from local.services import MAIL_PORT  # noqa: PLC0415 (see the top)

    return run(options.address, MAIL_PORT)


def _dead_letters(options: argparse.Namespace) -> int:
    from local.letters import run  # noqa: PLC0415 (see the top)

    return _operate(options, run)


def _operate(options: argparse.Namespace, run: Callable[[argparse.Namespace, str], int]) -> int:
    """Run what calls the API through the front door of the running stack."""
    from local.prepare import PreparationError  # noqa: PLC0415 (see the top)
    from local.services import Endpoints  # noqa: PLC0415 (see the top)

    try:
        endpoints = Endpoints(address=options.address)
        return run(options, f"http://{endpoints.host}:{endpoints.front}/")
    except PreparationError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1


COMMANDS = {
    "dead-letters": _dead_letters, "feedback": _feedback, "mail": _mail,
    "setup": _set_up, "up": _up, "env": _env, "check": _check, "lock": _lock, "audit": _audit,
    "sbom": _sbom, "clean": _clean,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
