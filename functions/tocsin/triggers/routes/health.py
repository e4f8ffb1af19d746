"""The HTTP API: whether the system does its work, for probes (docs/api.md)."""

from __future__ import annotations

import logging
from typing import Literal

from tocsin.domain.access.principal import ANYONE
from tocsin.domain.errors import DeliveryError
from tocsin.services import Services
from tocsin.triggers.api.answers import Answer, Output
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.usecases.health.check_health import HealthReport, check_health

log = logging.getLogger(__name__)


class HealthShown(Output):
    """Whether the whole system does its work. What cannot be looked up is null."""

    status: Literal["healthy", "degraded", "unhealthy"]
    database: Literal["answers", "does not answer"]
    reasons: list[str]
    oldest_unshown_alert_s: int | None
    oldest_unscored_message_s: int | None
    sidelined: int | None
    poisoned: int | None
    refused_bundles: dict[str, str] | None


async def show_health(call: Call[Nothing, Nothing]) -> Answer:
    """Whether the system does its work, for probes."""
    report = await look_at_health(call.services)
    if report.reasons:
        log.warning("Health: %s: %s", report.status, "; ".join(report.reasons))
    status = 503 if report.status == "unhealthy" else 200
    return Answer(HealthShown.read(report.to_document()), status)


async def look_at_health(services: Services) -> HealthReport:
    async def ping() -> None:
        # Whatever the reason, an unhealthy database is this answer's content, not its failure.
        try:
            await services.fleet.ping()
        except Exception as error:
            raise DeliveryError(f"the database does not answer: {error}") from error

    return await check_health(
        ping,
        marks=services.alert_marks,
        progress=services.progress,
        box=services.letter_box,
        poison=services.poison,
        now_ms=services.now_ms(),
    )


ROUTES = (
    Route(
        "health", "GET", "health", ANYONE, Nothing, Nothing, {200: HealthShown, 503: HealthShown},
        show_health,
    ),
)  # fmt: skip
