"""By the clock: judge what came late once more, in its true order, and say what that finds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import DamagedDocumentError, DeliveryError
from tocsin.domain.insights.log_about import about
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.lateness.findings import Span, find_late_alerts
from tocsin.domain.lateness.notes import DAY_MS, LateNote, LateStretch, join_notes
from tocsin.domain.profile import Profile
from tocsin.usecases.lateness.read_stretch import read_stretch
from tocsin.usecases.ports.lateness import LateNotes
from tocsin.usecases.ports.operators import Feedback
from tocsin.usecases.ports.scoring import DeviceThresholds, Models, Telemetry
from tocsin.usecases.ports.targets import TargetBook
from tocsin.usecases.scoring.decide_lanes import DecidedLane, decide_lanes
from tocsin.usecases.scoring.learn_lanes import learn_lanes
from tocsin.usecases.scoring.place_messages import Lane
from tocsin.usecases.scoring.score_batch import score_batch

QUIET_MS = 2 * 60 * 1_000  # so long nothing more of a stretch was noted: its gap is filled
MOST_NOTES = 500  # of one look; a day of one device has 144
MOST_KNOWN = 1_000  # alerts around a stretch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LateDesk:
    """Where late readings are found, and what they are judged by."""

    notes: LateNotes
    alerts: Telemetry
    past: Feedback
    profiles: Mapping[str, Profile]
    models: Models
    thresholds: DeviceThresholds
    targets: TargetBook
    now_ms: Callable[[], int]


async def judge_late(desk: LateDesk) -> list[Alert]:
    """The late alerts that were written, raised and cleared; safe to run again.

    A stretch is judged when nothing more of it came for QUIET_MS. What cannot be looked up now is
    judged later. Raises DeliveryError when the notes cannot be read, and what else goes wrong with
    a device once the others had their turn.
    """
    before_ms = desk.now_ms() - QUIET_MS
    by_device: dict[str, list[LateNote]] = {}
    for note in await desk.notes.list_late(noted_before_ms=before_ms, most=MOST_NOTES):
        by_device.setdefault(note.device_id, []).append(note)
    written: list[Alert] = []
    wrong: Exception | None = None
    for device_id, notes in by_device.items():
        try:
            written += await _judge_device(device_id, notes, desk)
        except (DeliveryError, DamagedDocumentError) as error:
            log.warning(
                "Late readings of device %.80r are judged later: %s",
                device_id,
                error,
                extra=about(device=device_id),
            )
            await _give_up(notes, desk)
        except Exception as error:
            log.exception("Late readings of device %.80r", device_id, extra=about(device=device_id))
            wrong = wrong or error  # raised below
            await _give_up(notes, desk)
    if wrong is not None:
        raise wrong
    return written


async def _give_up(notes: Sequence[LateNote], desk: LateDesk) -> None:
    """What could not be judged for a day would keep others waiting for ever."""
    for note in notes:
        if desk.now_ms() - note.noted_at > DAY_MS:
            log.error(
                "Late readings of device %.80r from %d on are not judged",
                note.device_id,
                note.start,
                extra=about(device=note.device_id),
            )
            await desk.notes.drop_late(note)


async def _judge_device(device_id: str, notes: Sequence[LateNote], desk: LateDesk) -> list[Alert]:
    record = await desk.past.device(device_id)
    written: list[Alert] = []
    for stretch in join_notes(notes, _find_reach(record, notes, desk)):
        profile = desk.profiles.get(stretch.newest.profile)
        if record is not None and profile is not None:
            written += await _judge_stretch(stretch, record, profile, desk)
        for note in stretch.notes:
            await desk.notes.drop_late(note)
    return written


def _find_reach(record: DeviceRecord | None, notes: Sequence[LateNote], desk: LateDesk) -> float:
    """How far apart (ms) two stretches may be of which one window holds readings."""
    profile = desk.profiles.get(notes[0].profile)
    if record is None or profile is None:
        return 0.0
    return profile.window * max(profile.period_ms, record.rhythm.period)


async def _judge_stretch(
    stretch: LateStretch, record: DeviceRecord, profile: Profile, desk: LateDesk
) -> list[Alert]:
    device_id = record.device_id
    stood = await _find_standing(stretch, record, profile, desk)
    lane = await read_stretch(stretch, stood, profile, desk.past)
    if not lane.placed:
        return []
    decided = await _decide(await learn_lanes([lane], desk.models), desk)
    times = [t for placed in lane.placed for t in placed.message.times]
    known = await desk.past.past_alerts(
        device_id, from_t=times[0] - DAY_MS, to_t=record.last_t, most=MOST_KNOWN
    )
    found = find_late_alerts(
        decided.alerts, Span(stretch.from_t, times[-1], times), known, record.open_alerts().values()
    )
    for alert, refusal in zip(found, await desk.alerts.save_alerts(found), strict=True):
        if refusal is not None:
            log.error(
                "The late alert %.80r is not told: %s",
                alert.alert_id,
                refusal,
                extra=about(device=device_id),
            )
    return found


async def _find_standing(
    stretch: LateStretch, record: DeviceRecord, profile: Profile, desk: LateDesk
) -> DeviceRecord:
    """The device as it stood before the stretch; where nothing is known of that, as one that is in
    no alert, and whose usual scores are those of now."""
    epoch = stretch.newest.epoch
    before = await desk.past.find_before(record, before_t=stretch.from_t, epoch=epoch)
    if before is not None and before.record.profile == profile.name:
        return before.record
    standing = record.standing
    fresh = Standing(usual=standing.usual, basis=standing.basis)
    return replace(record, profile=profile.name, standing=fresh, last_t=0)


async def _decide(lanes: Sequence[Lane], desk: LateDesk) -> DecidedLane:
    thresholds = desk.thresholds
    factors, baselines = await thresholds.factors(), await thresholds.baselines()
    every = [placed for lane in lanes for placed in lane.placed]
    results = await score_batch(every, desk.models, baselines)
    (decided,) = decide_lanes(
        lanes,
        results,
        targets=await desk.targets.current(),
        factors=factors,
        baselines=baselines,
        book=await thresholds.limits(),
    )
    return decided
