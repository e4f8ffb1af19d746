"""The figures of fleet and pipeline that a monitoring system scrapes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

from tocsin.domain.access.people import Sites
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.insights.metrics import Gauge, Sample
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.profile import Profile
from tocsin.usecases.health.check_health import HealthReport, Status
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.scoring import Models

SILENT_S = 300  # a device whose newest message is older has stopped, or lost its connection
STATES: tuple[Status, ...] = ("healthy", "degraded", "unhealthy")


async def gather_metrics(
    report: HealthReport,
    *,
    fleet: Fleet,
    models: Models,
    profiles: Iterable[Profile],
    seen: Sites,
    now_ms: int,
) -> list[Gauge]:
    """All figures; those of devices of the sites in *seen* only. *report* is the system's health.

    Reads the latest state of every device, and nothing of those while the database is away.
    """
    shown = list(profiles)
    states = await asyncio.gather(*(models.state(profile) for profile in shown))
    found = await fleet.devices(None) if report.database else []
    devices = [device for device in found if device.site_id in seen]
    return [
        *_describe_health(report),
        *_describe_fleet(devices, now_ms),
        *_describe_models([profile.name for profile in shown], states),
    ]


def _describe_health(report: HealthReport) -> list[Gauge]:
    return [
        Gauge(
            "tocsin_status",
            "1 for the state that the whole system is in.",
            [Sample(float(report.status == state), {"state": state}) for state in STATES],
        ),
        Gauge("tocsin_database_up", "1 while the database answers.", [Sample(report.database)]),
        Gauge(
            "tocsin_oldest_unscored_message_seconds",
            "Age of the oldest message that waits for its score.",
            _sample_known(report.oldest_unscored_s),
        ),
        Gauge(
            "tocsin_oldest_unshown_alert_seconds",
            "Age of the oldest alert that was shown to nobody.",
            _sample_known(report.oldest_unshown_s),
        ),
        Gauge(
            "tocsin_dead_letters",
            "Messages of the last 24 hours that could not be used and were not replayed.",
            _sample_known(report.sidelined),
        ),
    ]


def _sample_known(figure: int | None) -> list[Sample]:
    """None where it could not be looked up: absent, for 0 would say that all is well."""
    return [] if figure is None else [Sample(figure)]


def _describe_fleet(devices: Sequence[DeviceRecord], now_ms: int) -> list[Gauge]:
    counts: Counter[tuple[str, str, str]] = Counter()
    newest: dict[str, int] = {}
    out: Counter[str] = Counter()
    for device in devices:
        counts[device.site_id, device.profile, _name_state(device, now_ms)] += 1
        newest[device.site_id] = max(newest.get(device.site_id, 0), device.enqueued_at)
        out[device.site_id] += len(device.sensors)
    return [
        Gauge(
            "tocsin_devices",
            f"Devices by state; silent: no message for {SILENT_S} s.",
            [
                Sample(count, {"site": site, "profile": profile, "state": state})
                for (site, profile, state), count in sorted(counts.items())
            ],
        ),
        Gauge(
            "tocsin_sensors_out",
            "Sensors that are missing or stuck.",
            [Sample(count, {"site": site}) for site, count in sorted(out.items())],
        ),
        Gauge(
            "tocsin_newest_message_age_seconds",
            "Age of the newest message of a site.",
            [
                Sample(max(0, now_ms - enqueued_at) / 1_000, {"site": site})
                for site, enqueued_at in sorted(newest.items())
            ],
        ),
    ]


def _name_state(device: DeviceRecord, now_ms: int) -> str:
    if device.is_in_alert:
        return "alert"
    return "silent" if now_ms - device.enqueued_at > SILENT_S * 1_000 else "normal"


def _describe_models(names: Sequence[str], states: Sequence[ModelState]) -> list[Gauge]:
    known = list(zip(names, states, strict=True))
    return [
        Gauge(
            "tocsin_model_info",
            "1 for the model bundle that scores a profile.",
            [
                Sample(1, {"profile": name, "version": state.version})
                for name, state in known
                if state.version is not None
            ],
        ),
        Gauge(
            "tocsin_model_refused",
            "1 while the bundle that is active was not loaded.",
            [Sample(state.refused is not None, {"profile": name}) for name, state in known],
        ),
    ]
