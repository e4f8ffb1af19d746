"""Every role is used by code, on no more than that code touches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.paths import ROOT
from tests.unit.infra.deployment import Deployment, Resource, find_identity, strip_token

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
OF_DATABASE = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"

GRANT = re.compile(
    r"^resource \w+ 'Microsoft.Authorization/roleAssignments@.*?^}", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Grant:
    """*who* has the role with this id *on* the resource whose id ends so."""

    who: str
    role: str
    on: str


BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
QUEUE_CONTRIBUTOR = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
TABLE_CONTRIBUTOR = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"
EVENTS_RECEIVER = "a638d3c7-ab3a-418d-83e6-5f17a39d4fde"
EVENTS_SENDER = "2b629674-e913-4c01-ae53-ef4638d8f975"
HUB_TWINS = "494bdba2-168f-4f31-a0a1-191d2f7c028c"
LIVE_OWNER = "12cf5a90-567b-43ae-8102-96cf46c7d9b4"
METRICS_PUBLISHER = "3913510d-42f4-4e42-8a64-420c390055eb"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
DOCUMENTS_CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"
DOCUMENTS_READER = "00000000-0000-0000-0000-000000000001"
HUB_CONTRIBUTOR = "4fc6c259-987e-4a07-842e-c321cc9d413f"
ROLE_NAMES = {
    BLOB_READER: "Storage Blob Data Reader",
    BLOB_CONTRIBUTOR: "Storage Blob Data Contributor",
    BLOB_OWNER: "Storage Blob Data Owner",
    QUEUE_CONTRIBUTOR: "Storage Queue Data Contributor",
    TABLE_CONTRIBUTOR: "Storage Table Data Contributor",
    EVENTS_RECEIVER: "Azure Event Hubs Data Receiver",
    EVENTS_SENDER: "Azure Event Hubs Data Sender",
    HUB_TWINS: "IoT Hub Twin Contributor",
    LIVE_OWNER: "Web PubSub Service Owner",
    METRICS_PUBLISHER: "Monitoring Metrics Publisher",
    SECRETS_USER: "Key Vault Secrets User",
    DOCUMENTS_CONTRIBUTOR: "Cosmos DB Built-in Data Contributor",
    DOCUMENTS_READER: "Cosmos DB Built-in Data Reader",
    HUB_CONTRIBUTOR: "IoT Hub Data Contributor",
}

CAPTURE = Grant("id-capture", BLOB_CONTRIBUTOR, "containers/telemetry-capture")

# Each with the file that needs it and what stands there: a role whose code is gone is found.
WANTED = {
    CAPTURE: (
        "infra/bicep/modules/events.bicep",
        "captureDescription",
    ),
    Grant("id-hub", EVENTS_SENDER, "eventhubs/telemetry"): (
        "infra/bicep/modules/iothub.bicep",
        "authenticationType: 'identityBased'",
    ),
    Grant("id-app", BLOB_OWNER, "storageAccounts/sthost…"): ("functions/host.json", "eventHubs"),
    Grant("id-app", TABLE_CONTRIBUTOR, "storageAccounts/sthost…"): (
        "functions/host.json",
        "eventHubs",
    ),
    Grant("id-app", QUEUE_CONTRIBUTOR, "queues/rebalance-requests"): (
        "functions/tocsin/adapters/storage/requests_queue.py",
        "send_message",
    ),
    Grant("id-app", QUEUE_CONTRIBUTOR, "queues/rebalance-requests-poison"): (
        "functions/host.json",
        "maxDequeueCount",
    ),
    Grant("id-app", QUEUE_CONTRIBUTOR, "queues/notifications"): (
        "functions/tocsin/adapters/storage/notify_queue.py",
        "send_message",
    ),
    Grant("id-app", QUEUE_CONTRIBUTOR, "queues/notifications-poison"): (
        "functions/tocsin/adapters/storage/notify_queue.py",
        "get_queue_properties",
    ),
    Grant("id-app", METRICS_PUBLISHER, "components/appi-tocsin-…"): (
        "infra/bicep/modules/functions.bicep",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    ),
    Grant("id-app", BLOB_READER, "containers/models"): (
        "functions/tocsin/adapters/storage/blob.py",
        "download_blob",
    ),
    Grant("id-app", BLOB_CONTRIBUTOR, "containers/dead-letters"): (
        "functions/tocsin/adapters/storage/letters.py",
        "upload_blob",
    ),
    Grant("id-app", BLOB_CONTRIBUTOR, "containers/leases"): (
        "functions/tocsin/adapters/storage/leases.py",
        "acquire_lease",
    ),
    Grant("id-app", EVENTS_RECEIVER, "eventhubs/telemetry"): (
        "functions/tocsin/triggers/telemetry.py",
        "event_hub_message_trigger",
    ),
    Grant("id-app", HUB_TWINS, "IotHubs/iot-tocsin-…"): (
        "functions/tocsin/adapters/iothub.py",
        "update_twin",
    ),
    Grant("id-app", LIVE_OWNER, "webPubSub/wps-tocsin-…"): (
        "functions/tocsin/adapters/webpubsub.py",
        "get_client_access_token",
    ),
    Grant("id-app", DOCUMENTS_CONTRIBUTOR, "dbs/tocsin"): (
        "functions/tocsin/adapters/cosmos/store.py",
        "upsert_item",
    ),
}
VAULT = Grant("id-app", SECRETS_USER, "vaults/kv…")


def check_roles(deployment: Deployment) -> Iterator[str]:
    wanted = set(WANTED)
    if deployment.environment == "dev":
        wanted.discard(CAPTURE)  # which has its price by the hour
    if deployment.find_all("Microsoft.KeyVault/vaults"):
        wanted.add(VAULT)
    found = find_grants(deployment)
    for grant in sorted(wanted - found, key=str):
        yield f"nobody gives {grant}"
    for grant in sorted(found - wanted, key=str):
        yield f"no code needs {grant}"


def check_roles_are_used(deployment: Deployment) -> Iterator[str]:
    for grant, (path, text) in WANTED.items():
        root = deployment.folder.parents[1] if path.startswith("infra/") else ROOT
        if text not in (root / path).read_text(encoding="utf-8"):
            yield f"{path} does not need {grant} any more: {text!r} is gone"


def check_reasons_of_roles(deployment: Deployment) -> Iterator[str]:
    for assignment in deployment.find_all(ASSIGNMENTS):
        properties = assignment.properties
        if not properties.get("description"):
            yield f"a role without a reason: {properties['roleDefinitionId']}"
        # Without it Azure looks for a fresh identity where it is not to be found yet.
        of_identity = find_identity(properties["principalId"]) is not None
        if of_identity and properties.get("principalType") != "ServicePrincipal":
            yield f"{properties['description']}: not said what kind of principal it is"


def check_names_of_roles(deployment: Deployment) -> Iterator[str]:
    """Else two grants have one name, or a grant that changes is refused.

    It is also how the place of a role is known: a snapshot tells only its name.
    """
    source = (deployment.folder / "rbac.bicep").read_text(encoding="utf-8")
    for body in GRANT.findall(source):
        scope, name = _find_value("scope", body), _find_value("name", body)
        principal, role = _find_value("principalId", body), _find_value("roleDefinitionId", body)
        role = role.removeprefix("subscriptionResourceId(roles, ").removesuffix(")")
        if name != f"guid({scope}.id, {principal}, {role})":
            yield f"the role on {scope} is called {name}"


def find_grants(deployment: Deployment) -> set[Grant]:
    """The roles of our identities; those of a person who deploys are left out."""
    assignments = deployment.find_all(ASSIGNMENTS) + deployment.find_all(OF_DATABASE)
    found = {read_grant(assignment) for assignment in assignments}
    return {grant for grant in found if grant is not None}


def read_grant(assignment: Resource) -> Grant | None:
    """None for a person's."""
    who = find_identity(assignment.properties["principalId"])
    if who is None:
        return None
    role = assignment.properties["roleDefinitionId"].rsplit("/", 1)[-1]
    return Grant(who, role, _shorten(find_scope(assignment)))


def find_scope(assignment: Resource) -> str:
    """The id of what a role is on."""
    if assignment.type == OF_DATABASE:
        scope: str = assignment.properties["scope"]
        return scope
    # The name is an expression over the id of what the role is on.
    path = re.search(r"'(/subscriptions/[^']+)'", assignment.name)
    return path[1] if path else assignment.id.split("/providers/Microsoft.Authorization")[0]


def _shorten(scope: str) -> str:
    """The last two parts of an id, without the part that makes a name unique."""
    kind, name = scope.split("/")[-2:]
    return f"{kind}/{name if kind in {'containers', 'queues'} else strip_token(name)}"


def _find_value(name: str, body: str) -> str:
    found = re.search(rf"^ +{name}: (.+)$", body, re.MULTILINE)
    return found[1] if found else ""
