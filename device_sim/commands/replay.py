"""``replay``: recordings are sent as if their machines were running now."""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from device_sim.clock import now_ms
from device_sim.commands.flags import count_type, number_type
from device_sim.errors import UsageError
from device_sim.hub.addresses import Hub, hub_from_environment
from device_sim.hub.message import MAX_READINGS
from device_sim.hub.registry import HubRegistry, device_keys
from device_sim.hub.sdk_link import make_links, silence_sdk
from device_sim.recordings.layout import TIME_COLUMNS, Reading
from device_sim.recordings.playback import Pace, Player
from device_sim.recordings.scorable import explain_unscored
from device_sim.recordings.sources import Source, find_sources
from device_sim.session.conduct import Limits, Produce, conduct
from device_sim.session.dispatch import Dispatch
from device_sim.session.log import RunLog
from device_sim.session.overseer import Person
from device_sim.session.sink import open_sink
from device_sim.session.truth import Truth

# The file itself is the store: only so many messages are made ahead.
STORE = 100
BATCH_PACED = 5
BATCH_UNPACED = 100
UNSCORED = 4

DESCRIPTION = """Send CSV files as devices. A SKAB file is known by its header. Rows are put in
order of time; a reading at the same time as its predecessor is moved 1 ms behind it. Every file is
checked before anything is sent. Columns anomaly, changepoint and fault go to faults.jsonl."""
EPILOG = """examples:
  python -m device_sim replay valve1/1.csv --device bench-pump
  python -m device_sim replay data/ --device skab --speed 10    (devices skab-valve1-1, …)
  python -m device_sim replay oven.csv --device oven-7 --profile thermal \\
      --time when --columns "Probe 1=temperature_c" --speed max --log out
exit codes: 0 sent; 2 wrong input; 3 a message was not delivered; 4 sent, but a recording cannot be
scored, since its readings come too seldom (the reason is printed)"""


def replay(arguments: argparse.Namespace) -> int:
    """Send recordings. Returns 0, 3 when a message was not delivered, or 4 when all were and some
    recording comes too seldom to be scored."""
    pace = _parse_pace(arguments)
    sources = find_sources(
        arguments.files,
        device=arguments.device,
        profile=arguments.profile,
        reading=Reading(_parse_columns(arguments.columns), arguments.time, arguments.separator),
    )
    for source in sources:
        if source.recording.moved:
            sys.stderr.write(
                f"{source.device}: {source.recording.moved} readings were not after the one "
                "before; put in order of time, equal times 1 ms apart\n"
            )
    unscored = _tell_unscored(sources, pace.batch)
    hub = hub_from_environment()
    silence_sdk()
    keys = device_keys(HubRegistry(hub), [source.device for source in sources])
    limits = Limits(None, arguments.drain)
    sent = asyncio.run(
        _play_sources(sources, pace, hub, keys, limits=limits, log_folder=arguments.log)
    )
    return sent or (UNSCORED if unscored else 0)


def _tell_unscored(sources: Sequence[Source], batch: int) -> int:
    """Say which recordings will not be scored, and why; returns how many."""
    told = 0
    for source in sources:
        why = explain_unscored(source.recording.t_ms, source.profile, batch)
        if why is not None:
            told += 1
            sys.stderr.write(f"{source.device}: will be stored, but not scored: {why}\n")
    return told


async def _play_sources(
    sources: Sequence[Source],
    pace: Pace,
    hub: Hub,
    keys: Mapping[str, str],
    *,
    limits: Limits,
    log_folder: Path | None,
) -> int:
    log = RunLog(open_sink(log_folder))
    truth = Truth(log)
    links = make_links(hub, keys)
    dispatch = Dispatch(links, store=STORE, log=log)
    run_name = f"{now_ms():x}"

    def producers(_start_ms: int) -> list[Produce]:
        return [
            Player(source, pace, dispatch=dispatch, truth=truth, run_name=run_name).play
            for source in sources
        ]

    return await conduct(
        dispatch,
        log,
        producers=producers,
        limits=limits,
        on_end=truth.finish,
        overseer=Person(),
    )


def _parse_pace(arguments: argparse.Namespace) -> Pace:
    try:
        speed = 0.0 if arguments.speed == "max" else float(arguments.speed)
    except ValueError as error:
        raise UsageError(f"--speed {arguments.speed}: say a number or max") from error
    if not 0 <= speed < math.inf:
        raise UsageError(f"--speed {arguments.speed}: say a number above 0; 0 or max: full speed")
    batch = arguments.batch
    if batch is None:
        batch = BATCH_PACED if speed else BATCH_UNPACED
    return Pace(speed or None, batch, arguments.shift_to_now)


def _parse_columns(text: str | None) -> dict[str, str] | None:
    if not text:
        return None
    columns = {}
    for part in text.split(","):
        column, equals, channel = part.rpartition("=")
        if not equals or not column.strip() or not channel.strip():
            raise UsageError(f"--columns: {part!r} must be COLUMN=CHANNEL")
        columns[column.strip()] = channel.strip()
    if len(set(columns.values())) < len(columns):
        raise UsageError("--columns names a channel twice")
    return columns


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``replay`` to the command line."""
    parser = commands.add_parser(
        "replay",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        help="send recordings (CSV files) to the hub",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help="CSV file, or folder of them")
    add("--device", help="device id; of several recordings, what their ids begin with")
    add("--profile", help="which kind of device (SKAB files: pump)")
    add("--columns", help="COLUMN=CHANNEL,… (else columns named as the channels)")
    add("--time", help=f"time column (else the first of {', '.join(TIME_COLUMNS)})")
    add("--separator", help="column separator (else found in the header)")
    add("--speed", default="1", help="times as fast as recorded; 0 or max: full speed (1)")
    shift = parser.add_mutually_exclusive_group()
    shift.add_argument(
        "--shift-to-now",
        dest="shift_to_now",
        action="store_true",
        default=True,
        help="shift event times so that the last reading is now when it is sent (the default)",
    )
    shift.add_argument(
        "--keep-time", dest="shift_to_now", action="store_false", help="keep the recorded times"
    )
    add(
        "--batch",
        type=count_type(1, MAX_READINGS),
        help="readings a message (5, at full speed 100)",
    )
    add(
        "--drain",
        type=number_type(at_least=0),
        default=30.0,
        help="seconds to deliver the rest (30)",
    )
    add("--log", type=Path, help="folder for sent.jsonl, faults.jsonl, summary.json")
    parser.set_defaults(command=replay)
