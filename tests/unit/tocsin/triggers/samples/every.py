"""The samples of every route, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.unit.tocsin.triggers.samples import (
    of_access,
    of_devices,
    of_incidents,
    of_notifications,
    of_plans,
)
from tests.unit.tocsin.triggers.samples.sample import Sample

SAMPLES: Mapping[str, Sample] = {
    **of_access.SAMPLES,
    **of_devices.SAMPLES,
    **of_incidents.SAMPLES,
    **of_notifications.SAMPLES,
    **of_plans.SAMPLES,
}
