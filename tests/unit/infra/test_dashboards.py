"""The workbook and the Grafana dashboard show the same figures, and only figures that exist."""

from __future__ import annotations

import json
import re

import pytest

from tests.paths import ROOT
from tests.unit.infra.compilers import need_reader
from tests.unit.infra.deployment import Deployment, read_deployment
from tocsin.domain.insights.metering import INSTRUMENTS, Labels

FOLDER = ROOT / "infra/dashboards"
# What Azure calls each metric that a figure shows, by who sends it to the workspace.
METRICS = {
    "MICROSOFT.DEVICES": {
        "d2c.telemetry.ingress.success",
        "d2c.telemetry.egress.dropped",
        "connectedDeviceCount",
    },
    "MICROSOFT.EVENTHUB": {"IncomingMessages", "OutgoingMessages"},
    "MICROSOFT.DOCUMENTDB": {"TotalRequestUnits"},
    "MICROSOFT.SIGNALRSERVICE": {"TotalConnectionCount"},
}
# The table each kind of log is in, and the category that fills it; None: Application Insights.
TABLES = {
    "AzureMetrics": "AllMetrics",
    "StorageBlobLogs": "StorageWrite",
    "StorageQueueLogs": "StorageWrite",
    "AppRequests": None,
    "AppTraces": None,
    "AppMetrics": None,
}


MEASURED = {instrument.name for instrument in INSTRUMENTS}
LABELS = Labels("a", "b", "c", "d").to_attributes().keys()


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    need_reader()
    return read_deployment("dev")


def read_workbook_figures() -> dict[str, str]:
    content = json.loads((FOLDER / "workbook.json").read_text(encoding="utf-8"))
    found = [item["content"] for item in content["items"] if item["type"] == 3]
    return {figure["title"]: figure["query"] for figure in found}


def read_grafana_figures() -> dict[str, str]:
    content = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    return {
        panel["title"]: panel["targets"][0]["azureLogAnalytics"]["query"]
        for panel in content["panels"]
    }


def test_both_show_the_same_figures() -> None:
    assert len(read_workbook_figures()) >= 8
    assert read_workbook_figures() == read_grafana_figures()


def test_figures_are_of_metrics_and_tables_that_are_sent(deployment: Deployment) -> None:
    categories = {
        entry["category"]
        for setting in deployment.find_all("Microsoft.Insights/diagnosticSettings")
        for entry in [*setting.properties.get("logs", []), *setting.properties.get("metrics", [])]
    }
    alarms = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.kql")]
    for query in [*read_workbook_figures().values(), *alarms]:
        table = query.split()[0]
        assert table in TABLES
        assert TABLES[table] in categories | {None}
        if table == "AzureMetrics":
            (provider,) = re.findall(r'ResourceProvider == "([A-Z.]+)"', query)
            names = set(re.findall(r'"([^"]+)"', query)) - {provider}
            assert names <= METRICS[provider]
        if table == "AppMetrics":
            (name,) = re.findall(r'Name == "([^"]+)"', query)
            assert name in MEASURED
            assert set(re.findall(r'Properties\["([^"]+)"\]', query)) <= LABELS


def test_the_workbook_is_deployed_as_it_is(deployment: Deployment) -> None:
    deployed = deployment.find_only("Microsoft.Insights/workbooks").properties
    assert json.loads(deployed["serializedData"]) == json.loads(
        (FOLDER / "workbook.json").read_text(encoding="utf-8")
    )
    assert re.fullmatch(
        r"[0-9a-f-]{36}|\[guid\(.*", deployment.find_only("Microsoft.Insights/workbooks").name
    ), "Azure takes a GUID only"
