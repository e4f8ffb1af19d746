"""Somebody is told when the system itself is ill, or dear."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.unit.infra.deployment import Deployment

WANTED = {
    "dead-letters",
    "failed-deliveries",
    "failed-requests",
    "scoring-lag",
    "server-errors",
    "silent-ingestion",
    "dropped-telemetry",
    "database-throttled",
}
SEARCHES = "Microsoft.Insights/scheduledQueryRules"
MEASURES = "Microsoft.Insights/metricAlerts"
# Each of these sends its metrics, or the writes that are counted, to the workspace.
OBSERVED = {
    "Microsoft.Devices/IotHubs/iot-",
    "Microsoft.EventHub/namespaces/evhns-",
    "Microsoft.DocumentDB/databaseAccounts/cosmos-",
    "Microsoft.SignalRService/webPubSub/wps-",
    "Microsoft.Web/sites/func-",
    "/blobServices/default",
    "/queueServices/default",
}


def check_alarms(deployment: Deployment) -> Iterator[str]:
    rules = deployment.find_all(SEARCHES) + deployment.find_all(MEASURES)
    if {rule.name for rule in rules} != WANTED:
        yield f"alarms are {sorted(rule.name for rule in rules)}"
    for rule in rules:
        if rule.properties["enabled"] is not True or not rule.properties["actions"]:
            yield f"the alarm {rule.name} is off, or tells nobody"
    for rule in deployment.find_all(SEARCHES):
        (criterion,) = rule.properties["criteria"]["allOf"]
        if criterion["metricMeasureColumn"] not in criterion["query"]:
            yield f"the alarm {rule.name} watches a column that its query has not"
        if rule.properties["skipQueryValidation"] is not True:
            yield f"the alarm {rule.name} is refused before its table has a row"
    budget = deployment.find_only("Microsoft.Consumption/budgets").properties
    if budget["amount"] <= 0 or not budget["notifications"]:
        yield "nobody is told what it costs"


def check_targets_of_alarms(deployment: Deployment) -> Iterator[str]:
    places = {
        resource.last_name
        for resource in deployment.resources
        if resource.type.endswith(("/containers", "/queues"))
    }
    for rule in deployment.find_all(SEARCHES):
        query = rule.properties["criteria"]["allOf"][0]["query"]
        for place in re.findall(r'ObjectKey has "/([\w-]+)', query):
            if place not in places:
                yield f"the alarm {rule.name} looks at {place}, which is not deployed"
    ids = {resource.id for resource in deployment.resources}
    for rule in deployment.find_all(MEASURES):
        if not set(rule.properties["scopes"]) <= ids:
            yield f"the alarm {rule.name} watches what is not deployed"


def check_diagnostics(deployment: Deployment) -> Iterator[str]:
    settings = deployment.find_all("Microsoft.Insights/diagnosticSettings")
    workspace = deployment.find_only("Microsoft.OperationalInsights/workspaces")
    for service in sorted(OBSERVED):
        if not any(service in setting.id for setting in settings):
            yield f"{service}… is not observed"
    if any(setting.properties["workspaceId"] != workspace.id for setting in settings):
        yield "logs go to another workspace"
    if workspace.properties["workspaceCapping"]["dailyQuotaGb"] <= 0:
        yield "logs may cost any sum"
