"""The Grafana dashboard over ``GET metrics`` shows every figure that is answered, and no other."""

from __future__ import annotations

import json
import re

from tests.fakes.messages import NOW
from tests.fakes.services import Plant
from tests.paths import ROOT
from tocsin.domain.access.people import Sites
from tocsin.usecases.health.check_health import HealthReport
from tocsin.usecases.health.gather_metrics import gather_metrics

DASHBOARD = ROOT / "infra/dashboards/grafana-metrics.json"


async def list_answered() -> set[str]:
    services = Plant().services()
    gauges = await gather_metrics(
        HealthReport("healthy", True, (), 0, 0, 0),
        fleet=services.fleet,
        models=services.models,
        profiles=services.profiles.values(),
        seen=Sites(),
        now_ms=NOW,
    )
    return {gauge.name for gauge in gauges}


async def test_every_figure_is_shown_and_documented() -> None:
    content = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    shown: set[str] = set()
    for panel in content["panels"]:
        assert panel["datasource"]["type"] == "prometheus"
        shown |= set(re.findall(r"tocsin_\w+", panel["targets"][0]["expr"]))
    answered = await list_answered()
    assert shown == answered
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(tocsin_\w+)`", text, flags=re.MULTILINE)) == answered
