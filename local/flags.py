"""What ``python -m local`` can be asked."""

from __future__ import annotations

import argparse
from pathlib import Path

from local.feedback_flags import add_actions
from local.listening.addresses import loopback_address
from local.shells import SHELLS, choose_shell

# As in __main__: what needs no package, and parses on Python 3.8.

EXAMPLES = """\
examples:
  python -m local up                          until Ctrl-C; open the printed address
  python -m local up --duration 60 --report out.json
  python -m local up --host func              with Azure Functions Core Tools
"""


def make_parser() -> argparse.ArgumentParser:
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
    traces = commands.add_parser(
        "traces", help="the newest traces that a run has sent; with an id, that one as a tree"
    )
    traces.add_argument("id", nargs="?")
    traces.add_argument("--device", help="only those with this device")
    _add_state(traces)
    metrics = commands.add_parser(
        "metrics", help="what a run with --traces counted and timed of its own work"
    )
    metrics.add_argument("--json", action="store_true", help="a line of JSON each")
    _add_state(metrics)
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
    up.add_argument(
        "--traces", type=_parse_share, default=0.0, metavar="SHARE",
        help="trace the way of this share of messages, from 0 to 1, and of those that change an "
        "alert (default: none), and count and time all of the work; `python -m local traces` and "
        "`python -m local metrics` show them",
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
    listing.add_argument("--device", help="only those of this device")
    show = actions.add_parser("show", help="one of them, whole")
    show.add_argument("id")
    show.add_argument("--body", action="store_true", help="only what the device sent, as it came")
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


def _parse_share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return share


def _parse_seconds(text: str) -> float:
    seconds = float(text)
    if seconds <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return seconds
