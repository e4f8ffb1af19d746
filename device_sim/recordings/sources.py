"""From files and folders to recordings, each with the device that will send it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from device_sim.errors import RecordingError, UsageError
from device_sim.fleet.document import IDENTIFIER
from device_sim.recordings.csv_files import Recording, read_recordings
from device_sim.recordings.layout import Reading, guess_profile
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles


@dataclass(frozen=True, slots=True)
class Source:
    """A recording and the device that sends it."""

    device: str
    profile: Profile
    recording: Recording


def find_sources(
    paths: Sequence[Path], *, device: str | None, profile: str | None, reading: Reading
) -> list[Source]:
    """Read every file, and every .csv file in every folder.

    A single recording is sent by *device*. Several are sent by ``device-LABEL``, the label being
    the id in the file's ``device`` column or else the file's place in its folder; without *device*
    by the label alone. Raises RecordingError or UsageError.
    """
    found = [
        (kind, recording.device or label, recording)
        for path, label in _find_files(paths)
        for kind in [_resolve_profile(profile or guess_profile(path, reading.separator), path)]
        for recording in read_recordings(path, kind, reading)
    ]
    sources = [
        Source(_name_device(device, label, alone=len(found) == 1), kind, recording)
        for kind, label, recording in found
    ]
    seen: set[str] = set()
    for source in sources:
        if not IDENTIFIER.fullmatch(source.device):
            raise UsageError(f"{source.device!r} is no device id; give one with --device")
        if source.device in seen:
            raise UsageError(f"two recordings for device {source.device}; replay them one by one")
        seen.add(source.device)
    return sources


def _find_files(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each CSV file with a label made of its place below the folder named."""
    for path in paths:
        if not path.is_dir():
            yield path, path.stem
            continue
        inside = sorted(path.rglob("*.csv"))
        if not inside:
            raise RecordingError(f"{path}: no .csv file in this folder")
        for file in inside:
            yield file, "-".join(file.relative_to(path).with_suffix("").parts)


def _name_device(device: str | None, label: str, *, alone: bool) -> str:
    if device is None:
        return label
    return device if alone else f"{device}-{label}"


def _resolve_profile(name: str | None, path: Path) -> Profile:
    profiles = load_profiles()
    if name is None:
        raise UsageError(
            f"{path}: say which kind of device with --profile ({', '.join(sorted(profiles))})"
        )
    if name not in profiles:
        raise UsageError(f"no profile {name!r}; there are {', '.join(sorted(profiles))}")
    return profiles[name]
