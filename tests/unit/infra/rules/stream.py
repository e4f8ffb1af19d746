"""The way of telemetry: hub, route, event hub, consumer group."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from local import services
from local.endpoints import Endpoints
from tests.unit.infra.deployment import Deployment

HUB = "Microsoft.Devices/IotHubs"
STREAM = "Microsoft.EventHub/namespaces/eventhubs"


def check_route(deployment: Deployment) -> Iterator[str]:
    hub, stream = deployment.find_only(HUB), deployment.find_only(STREAM)
    routing = hub.properties["routing"]
    (endpoint,) = routing["endpoints"]["eventHubs"]
    (route,) = routing["routes"]
    if endpoint["authenticationType"] != "identityBased" or "connectionString" in endpoint:
        yield "the hub routes with a key"
    if (
        endpoint["identity"]["userAssignedIdentity"]
        not in hub.body["identity"]["userAssignedIdentities"]
    ):
        yield "the hub routes by an identity that it does not have"
    namespace = stream.name.split("/")[0]
    if (endpoint["endpointUri"], endpoint["entityPath"]) != (
        f"sb://{namespace}.servicebus.windows.net",
        stream.last_name,
    ):
        yield f"the hub routes to {endpoint['endpointUri']}/{endpoint['entityPath']}"
    if route["endpointNames"] != [endpoint["name"]] or route["isEnabled"] is not True:
        yield "the route leads elsewhere, or is off"
    if (route["source"], route["condition"]) != ("DeviceMessages", "true"):
        yield "the route takes not every message of devices"
    if routing["fallbackRoute"]["isEnabled"] is not False:
        yield "the fallback route fills an endpoint that nobody reads"
    if hub.properties["enableFileUploadNotifications"] or "storageEndpoints" in hub.properties:
        yield "file upload is on"


def check_enrichments(deployment: Deployment) -> Iterator[str]:
    routing = deployment.find_only(HUB).properties["routing"]
    (endpoint,) = routing["endpoints"]["eventHubs"]
    stamped = {f"{stamp['key']}={stamp['value']}" for stamp in routing["enrichments"]}
    local = find_local_enrichments()
    if stamped != local:
        yield f"the hub stamps {sorted(stamped)}, the local one {sorted(local)}"
    if any(stamp["endpointNames"] != [endpoint["name"]] for stamp in routing["enrichments"]):
        yield "an enrichment is not for the route's endpoint"


def check_stream(deployment: Deployment) -> Iterator[str]:
    stream, settings = deployment.find_only(STREAM), deployment.app_settings
    groups = deployment.find_all(f"{STREAM}/consumergroups")
    named = f"{settings['TELEMETRY_EVENT_HUB']}/{settings['TELEMETRY_CONSUMER_GROUP']}"
    found = {"/".join(group.name.split("/")[1:]) for group in groups}
    if found != {named}:
        yield f"the app reads {named}, deployed are {sorted(found)}"
    namespace = stream.name.split("/")[0]
    if settings["TelemetryHub__fullyQualifiedNamespace"] != f"{namespace}.servicebus.windows.net":
        yield "the app reads another namespace than the deployed one"
    hours = {"dev": 24, "prod": 168}[deployment.environment]
    if stream.properties["retentionDescription"]["retentionTimeInHours"] != hours:
        yield f"the stream is not kept for {hours} hours"
    partitions = {"dev": 4, "prod": 32}[deployment.environment]
    if stream.properties["partitionCount"] != partitions:
        yield f"the stream has not {partitions} partitions"


def check_capture(deployment: Deployment) -> Iterator[str]:
    capture = deployment.find_only(STREAM).properties["captureDescription"]
    if (capture is not None) != (deployment.environment == "prod"):
        yield "raw telemetry is kept where it should not, or the other way round"
    if capture is None:
        return
    target = capture["destination"]["properties"]
    container = f"{target['storageAccountResourceId']}/blobServices/default/containers/"
    ids = {
        resource.id
        for resource in deployment.find_all(
            "Microsoft.Storage/storageAccounts/blobServices/containers"
        )
    }
    if capture["enabled"] is not True or container + target["blobContainer"] not in ids:
        yield "raw telemetry is not kept, or in a container that is not there"


def find_local_enrichments() -> set[str]:
    """What the local hub stamps, as the code expects it: name=value."""
    command = services.make_iothub(Endpoints(), Path()).command
    return {value for flag, value in pairwise(command) if flag == "--enrich"}
