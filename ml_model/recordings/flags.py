"""The flags that say where recordings come from, the same for every command that reads them."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ml_model.recording import RecordingError
from ml_model.recordings.fleet import NO_REST, SENSORS, USUAL_SENSORS, parse_fleet

if TYPE_CHECKING:
    from ml_model.recordings.source import Source
    from ml_model.recordings.stored import Use

LAST = timedelta(days=7)
SIMULATED_FILES = {"training": "simulated.csv", "evaluation": "simulated-evaluation.csv"}


def add_source_flags(parser: argparse.ArgumentParser) -> None:
    """Add ``--data``, ``--simulated`` and ``--from-cosmos``, of which one must be given."""
    group = parser.add_argument_group("where the recordings come from (one of these)")
    source = group.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--data", nargs="+", type=Path, metavar="PATH",
        help="CSV and Parquet files, and folders of them: columns t (ms or ISO 8601), the "
        "profile's channels and, if known, device (else: the file's name) and fault (its kind)",
    )  # fmt: skip
    source.add_argument(
        "--simulated", type=parse_fleet, metavar="DEVICES,HOURS[,SEED[,FAULTS]]",
        help="the simulated fleet: 12,6 is 12 devices for 6 hours; 12,6,1,all with faults",
    )  # fmt: skip
    source.add_argument(
        "--from-cosmos", action="store_true",
        help="the readings the functions stored, in the database that CosmosDB (a connection "
        "string) or CosmosDB__accountEndpoint (for the signed-in identity) names",
    )  # fmt: skip
    group.add_argument(
        "--sensors", choices=SENSORS,
        help=f"of --simulated: values in steps, held until they change, or both ({USUAL_SENSORS})",
    )  # fmt: skip
    group.add_argument(
        "--rest", metavar="WHEN",
        help="of --simulated: when machines are off: nights, or minutes on and off such as "
        f"45/15 ({NO_REST})",
    )  # fmt: skip
    group.add_argument("--time-column", metavar="NAME", help="of --data (t)")
    group.add_argument(
        "--since", type=parse_moment, metavar="TIME",
        help=f"of --from-cosmos, ISO 8601, UTC ({LAST.days} days before --until)",
    )  # fmt: skip
    group.add_argument("--until", type=parse_moment, metavar="TIME", help="of --from-cosmos (now)")


def source_of(parsed: argparse.Namespace, out: Path, use: Use) -> Source:
    """The source that was asked for; a simulated recording is left in *out*.

    Raises RecordingError for a range of time without an end after its beginning, and for a flag
    that the source makes no use of.
    """
    if (parsed.since or parsed.until) and not parsed.from_cosmos:
        raise RecordingError("--since and --until go with --from-cosmos only")
    if parsed.time_column and not parsed.data:
        raise RecordingError("--time-column goes with --data only")
    if parsed.sensors and not parsed.simulated:
        raise RecordingError("--sensors goes with --simulated only")
    if parsed.rest and not parsed.simulated:
        raise RecordingError("--rest goes with --simulated only")
    if parsed.from_cosmos:
        return _make_stored(parsed, use)
    from ml_model.recordings.files import FileSource  # noqa: PLC0415 (imports pandas)
    from ml_model.recordings.simulated import SimulatedSource  # noqa: PLC0415 (imports pandas)
    from ml_model.recordings.tables import TIME_COLUMN  # noqa: PLC0415 (imports pandas)

    if parsed.simulated:
        fleet = replace(
            parsed.simulated,
            sensors=parsed.sensors or USUAL_SENSORS,
            rest=parsed.rest or NO_REST,
        )
        return SimulatedSource(fleet, out / SIMULATED_FILES[use])
    return FileSource(parsed.data, parsed.time_column or TIME_COLUMN)


def parse_moment(text: str) -> datetime:
    """A time in ISO 8601, UTC where it says no zone; for ``type=`` of argparse."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; say 2026-11-20 or 2026-11-20T06:00"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _make_stored(parsed: argparse.Namespace, use: Use) -> Source:
    from ml_model.recordings.stored import StoredSource  # noqa: PLC0415 (Cosmos DB)

    until = parsed.until or datetime.now(UTC)
    since = parsed.since or until - LAST
    if since >= until:
        raise RecordingError(
            f"--since {since.isoformat()} is not before --until {until.isoformat()}"
        )
    return StoredSource(os.environ, to_ms(since), to_ms(until), use)


def to_ms(at: datetime) -> int:
    """A moment in ms since the epoch."""
    return round(at.timestamp() * 1_000)
