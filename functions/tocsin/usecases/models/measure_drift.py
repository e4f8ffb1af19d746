"""How far each profile's devices have drifted from what its active bundle was made on.

A day is cut into stretches, and the first messages of each stretch are read from some devices: a
bounded sample that sees every part of the day and of the fleet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.messages.values import columns_of
from tocsin.domain.models.drift import drift_of
from tocsin.domain.models.drift_record import DriftRecord, Occasion, record_drift
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import Drifts, Fleet, References

log = logging.getLogger(__name__)

DAY_MS = 24 * 60 * 60 * 1_000
# Not a divisor of a day's hours: an hourly rhythm is met at another moment in each stretch.
STRETCHES = 13
LEAST_STRETCHES = 3
MOST_DEVICES = 40
MESSAGES_A_STRETCH = 4
READINGS_A_MESSAGE = 50
READS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Sample:
    """Scores ``[k]`` by the active bundle (NaN: none), values ``[k, c]``, and where they are from.

    ``stretches``: how many parts of the day have readings.
    """

    score: NDArray[np.float32]
    values: NDArray[np.float32]
    devices: int
    stretches: int


async def measure_drift(
    profiles: Iterable[Profile],
    *,
    references: References,
    fleet: Fleet,
    drifts: Drifts,
    now_ms: int,
) -> list[DriftRecord]:
    """Measure, save and return the drift of each profile.

    A profile that cannot be measured gets one that says why. Raises what the database or the
    storage raises when they stay away.
    """
    by_profile: dict[str, list[str]] = {}
    for device in await fleet.devices(None):
        # A device that was taken away would only make the sample smaller.
        if device.last_t >= now_ms - DAY_MS:
            by_profile.setdefault(device.profile, []).append(device.device_id)
    records: list[DriftRecord] = []
    for profile in profiles:
        device_ids = by_profile.get(profile.name, [])
        record = await _measure_profile(profile, device_ids, references, drifts, now_ms)
        await drifts.save_drift(record)
        records.append(record)
    return records


async def _measure_profile(
    profile: Profile, device_ids: Sequence[str], references: References, drifts: Drifts, now_ms: int
) -> DriftRecord:
    occasion = Occasion(from_t=now_ms - DAY_MS, to_t=now_ms, model_version=None)
    try:
        version, reference = await references.active(profile)
    except InvalidBundleError as error:
        log.warning("Drift of %r not measured: %s", profile.name, error)
        return record_drift(profile.name, None, occasion, reason=str(error))
    chosen = _choose_evenly(device_ids, MOST_DEVICES)
    sample = await _read_sample(profile, version, chosen, drifts, now_ms)
    drift = drift_of(reference, sample.score, sample.values)
    reason = None
    if drift.state == "unknown":
        reason = f"{drift.readings} readings of the last day are too few"
    elif sample.stretches < LEAST_STRETCHES:
        reason = f"readings from {sample.stretches} of {STRETCHES} parts of the day are too few"
    occasion = replace(occasion, model_version=version, devices=sample.devices)
    return record_drift(profile.name, drift, occasion, reason=reason)


async def _read_sample(
    profile: Profile, version: str, device_ids: Sequence[str], drifts: Drifts, now_ms: int
) -> _Sample:
    edges = np.linspace(now_ms - DAY_MS, now_ms, STRETCHES + 1).astype(np.int64).tolist()
    limit = asyncio.Semaphore(READS_AT_ONCE)

    async def part(device_id: str, stretch: int) -> NDArray[np.float32]:
        async with limit:
            found = await drifts.first_messages(
                device_id,
                profile.name,
                from_t=edges[stretch],
                to_t=edges[stretch + 1],
                most=MESSAGES_A_STRETCH,
            )
        # Thinned at once: whole documents of a day would fill the memory.
        empty = np.empty((0, 1 + len(profile.channels)), dtype=np.float32)
        return np.concatenate(
            [empty, *(_thin_rows(message, profile, version) for message in found)]
        )

    wanted = [(device, stretch) for device in device_ids for stretch in range(STRETCHES)]
    parts = await asyncio.gather(*(part(*place) for place in wanted))
    found = [place for place, rows in zip(wanted, parts, strict=True) if len(rows)]
    rows = np.concatenate([np.empty((0, 1 + len(profile.channels)), dtype=np.float32), *parts])
    return _Sample(
        score=rows[:, 0],
        values=rows[:, 1:],
        devices=len({device for device, _ in found}),
        stretches=len({stretch for _, stretch in found}),
    )


def _thin_rows(message: StoredMessage, profile: Profile, version: str) -> NDArray[np.float32]:
    """A message's score and values ``[k, 1 + c]``, evenly thinned.

    Another version's scores are on another scale, so they count as missing. Of machines whose
    operating state is told, only readings that were scored count: what is measured at rest is no
    drift, and the model was not made on it.
    """
    readings = len(message.t)
    score = message.score if message.model_version == version else [None] * readings
    values = columns_of(message.channels, profile, readings)
    rows = np.vstack((np.array(score, dtype=np.float64), values)).T.astype(np.float32)
    if profile.states is not None:
        rows = rows[[value is not None for value in message.score]]
    return rows[:: -(-len(rows) // READINGS_A_MESSAGE)]


def _choose_evenly(device_ids: Sequence[str], most: int) -> list[str]:
    """At most *most* of them, evenly spread over their order."""
    if len(device_ids) <= most:
        return list(device_ids)
    return [device_ids[index * len(device_ids) // most] for index in range(most)]
