"""Stored readings as a source of recordings to train on, or to be judged by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from azure.cosmos import DatabaseProxy
from rich.console import Console
from rich.progress import Progress

from ml_model.recording import Recording, RecordingError
from ml_model.recordings.alerts import mark_faults, read_alerts, read_labels
from ml_model.recordings.checks import check_period
from ml_model.recordings.cosmos import format_time, open_database, read_stored, readings_each
from ml_model.recordings.source import Recorded
from tocsin.domain.profile import Profile

Use = Literal["training", "evaluation"]


@dataclass(frozen=True, slots=True)
class StoredSource:
    """The stored readings from ``since_ms`` until before ``until_ms``.

    To train, all alerts but those that an operator called normal count as faults and are left out.
    To evaluate, the confirmed ones are the faults: an alert anywhere else is false.
    """

    environment: Mapping[str, str] = field(repr=False)  # it holds a key
    since_ms: int
    until_ms: int
    use: Use

    @property
    def flags(self) -> str:
        since, until = format_time(self.since_ms), format_time(self.until_ms)
        return f"--from-cosmos --since {since} --until {until}"

    def read(self, profile: Profile, console: Console) -> Recorded:
        """Raises RecordingError when nothing is stored or nothing can be read."""
        with open_database(self.environment) as database:
            recordings = self._read_readings(database, profile, console)
            remarks = _remark_on_size(recordings)
            recordings, uneven = _keep_regular(recordings, profile)
            marked, remark = self._mark_alerts(database, recordings, profile)
        return Recorded(marked, _hash_recordings(marked), (*remarks, *uneven, remark))

    def _read_readings(
        self, database: DatabaseProxy, profile: Profile, console: Console
    ) -> list[Recording]:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task(f"reading stored {profile.name} readings", total=1.0)
            return read_stored(
                database.get_container_client("readings"),
                profile,
                self.since_ms,
                self.until_ms,
                report=lambda share: progress.update(task, completed=share),
            )

    def _mark_alerts(
        self, database: DatabaseProxy, recordings: Sequence[Recording], profile: Profile
    ) -> tuple[list[Recording], str]:
        """The recordings with their faults, and a remark that says what counts as one."""
        alerts = read_alerts(
            database.get_container_client("alerts"), profile, self.since_ms, self.until_ms
        )
        labels = read_labels(database.get_container_client("settings"))
        if self.use == "evaluation":
            faults = [
                span for alert_id, span in alerts.items() if labels.get(alert_id) == "anomaly"
            ]
            remark = f"{len(faults)} of {len(alerts)} alerts were confirmed: these are the faults"
            if not faults:
                remark = f"none of {len(alerts)} alerts was confirmed: every alert counts as false"
            return mark_faults(recordings, faults, "confirmed", profile), remark
        faults = [span for alert_id, span in alerts.items() if labels.get(alert_id) != "normal"]
        remark = f"the readings around {len(faults)} of {len(alerts)} alerts do not train: " + (
            "nobody called these normal" if faults else "all were called normal"
        )
        if not alerts:
            remark = "no alert was raised: every reading counts as normal"
        return mark_faults(recordings, faults, "alert", profile), remark


def _keep_regular(
    recordings: Sequence[Recording], profile: Profile
) -> tuple[list[Recording], list[str]]:
    """Without the devices that send at another period than the profile's, which are remarked on."""
    kept, remarks = [], []
    for recording in recordings:
        try:
            remarks += check_period(recording, profile)
            kept.append(recording)
        except RecordingError as error:
            remarks.append(f"left out: {error}")
    if not kept:
        raise RecordingError(remarks[0].removeprefix("left out: "))
    return kept, remarks


def _remark_on_size(recordings: Sequence[Recording]) -> list[str]:
    most = readings_each(recordings)
    if not any(len(recording.t) >= most for recording in recordings):
        return []
    return [f"only the newest {most} readings of each device were read"]


def _hash_recordings(recordings: Sequence[Recording]) -> str:
    """One hash over devices, times, values and faults."""
    digest = hashlib.sha256()
    for recording in recordings:
        digest.update(recording.device.encode())
        for column in (recording.t, recording.values, recording.fault != ""):
            digest.update(column.tobytes())
    return digest.hexdigest()
