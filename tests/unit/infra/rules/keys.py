"""Nothing is opened by a key, and nothing hands one out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.unit.infra.deployment import Deployment, Resource, read_sources

SECRET = re.compile(
    r"list(Keys|ConnectionStrings|AccountSas|ServiceSas|Secrets)|AccountKey|SharedAccess|sig=|"
    r"connection_?string|password|secret",
    re.IGNORECASE,
)
# The component takes telemetry by identity only: the key in here is but a part of its address.
ADDRESS = "APPLICATIONINSIGHTS_CONNECTION_STRING"
KEYLESS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "Microsoft.Devices/IotHubs": lambda found: found["disableLocalAuth"] is True,
    "Microsoft.EventHub/namespaces": lambda found: found["disableLocalAuth"] is True,
    "Microsoft.DocumentDB/databaseAccounts": lambda found: (
        found["disableLocalAuth"] is True and found["disableKeyBasedMetadataWriteAccess"] is True
    ),
    "Microsoft.SignalRService/webPubSub": lambda found: found["disableLocalAuth"] is True,
    "Microsoft.SignalRService/webPubSub/hubs": lambda found: (
        found["anonymousConnectPolicy"] == "deny"
    ),
    "Microsoft.Storage/storageAccounts": lambda found: (
        found["allowSharedKeyAccess"] is False and found["allowBlobPublicAccess"] is False
    ),
    "Microsoft.Storage/storageAccounts/blobServices/containers": lambda found: (
        found["publicAccess"] == "None"
    ),
    "Microsoft.Insights/components": lambda found: found["DisableLocalAuth"] is True,
    "Microsoft.OperationalInsights/workspaces": lambda found: (
        found["features"]["disableLocalAuth"] is True
    ),
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": lambda found: found["allow"] is False,
    "Microsoft.KeyVault/vaults": lambda found: found["enableRbacAuthorization"] is True,
}


def check_keys_are_off(deployment: Deployment) -> Iterator[str]:
    for kind, keyless in KEYLESS.items():
        for resource in deployment.find_all(kind):
            if not _holds(keyless, resource):
                yield f"{resource.name} can be opened with a key, or by anybody"
    policies = deployment.find_all("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    if {policy.last_name for policy in policies} != {"ftp", "scm"}:
        yield "publishing with a password is not off for both ftp and scm"


def check_no_setting_holds_a_key(deployment: Deployment) -> Iterator[str]:
    for name, value in deployment.app_settings.items():
        from_vault = value.startswith("@Microsoft.KeyVault(")
        if name != ADDRESS and not from_vault and SECRET.search(f"{name}={value}"):
            yield f"the app setting {name} holds a key: {value}"
    for name, value in deployment.outputs.items():
        if SECRET.search(f"{name}={value}"):
            yield f"the output {name} holds a key: {value}"
    if re.search(r"\blist[A-Z]\w*\(", read_sources(deployment)):
        yield "the Bicep files ask a service for its keys"


def _holds(keyless: Callable[[Mapping[str, Any]], bool], resource: Resource) -> bool:
    try:
        return keyless(resource.properties)
    except KeyError:
        return False
