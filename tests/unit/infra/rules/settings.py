"""Every app setting is read by somebody, and whatever is read is set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from tests.paths import ROOT
from tests.unit.infra.deployment import Deployment, find_identity
from tocsin.settings import InvalidSettingError, read_settings

# Read by the platform, not by us.
OF_PLATFORM = {
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
}
# In the sample; in Azure they follow from signing in being on, and from Flex Consumption.
SET_BY_PLATFORM = {"WEBSITE_AUTH_ENABLED", "FUNCTIONS_WORKER_RUNTIME"}
# What a trigger needs of the connection it names, beside a credential.
OF_TRIGGERS = {
    "TelemetryHub": {"fullyQualifiedNamespace"},
    "CosmosDB": {"accountEndpoint"},
    "AzureWebJobsStorage": {"blobServiceUri", "queueServiceUri", "tableServiceUri"},
}
# The resource that the address in a setting has to come from.
ADDRESSES = {
    "AzureWebJobsStorage__blobServiceUri": "storageAccounts/sthost",
    "AzureWebJobsStorage__queueServiceUri": "storageAccounts/sthost",
    "AzureWebJobsStorage__tableServiceUri": "storageAccounts/sthost",
    "BlobStorage__serviceUri": "storageAccounts/stlake",
    "CosmosDB__accountEndpoint": "databaseAccounts/cosmos-tocsin-",
    "IotHub__hostName": "IotHubs/iot-tocsin-",
    "WebPubSub__serviceUri": "webPubSub/wps-tocsin-",
}


class Asked(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def check_settings_are_read_and_set(deployment: Deployment) -> Iterator[str]:
    settings = deployment.app_settings
    asked = Asked(settings)
    try:
        read_settings(asked)
    except InvalidSettingError as error:
        yield str(error)
    bound, connections = find_bound_settings()
    for name in connections:
        wanted = OF_TRIGGERS.get(name, set()) | {"credential", "clientId"}
        bound |= {f"{name}__{suffix}" for suffix in wanted}
    for name in sorted(set(settings) - asked.names - bound - OF_PLATFORM):
        yield f"nobody reads the app setting {name}"
    for name in sorted((asked.names | bound | OF_PLATFORM) - set(settings) - SET_BY_PLATFORM):
        # The name of a connection holds a connection string, which is what nobody wants here.
        is_connection = any(setting.startswith(f"{name}__") for setting in settings)
        if not is_connection and not _is_other_spelling(name, settings):
            yield f"the app setting {name} is read and not set"
    for name in sorted(connections):
        if settings.get(f"{name}__credential") != "managedidentity":
            yield f"the trigger on {name} does not wake the app: no {name}__credential"


def check_sample_agrees(deployment: Deployment) -> Iterator[str]:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    names = set(sample["Values"]) - SET_BY_PLATFORM
    deployed = {name.partition("__")[0] for name in deployment.app_settings} - OF_PLATFORM
    for name in sorted(names ^ deployed):
        yield f"the setting {name} is either not in the sample or not deployed"


def check_values_of_settings(deployment: Deployment) -> Iterator[str]:
    settings = deployment.app_settings
    site = deployment.find_only("Microsoft.Web/sites")
    for name, value in settings.items():
        if name.endswith("__clientId") and find_identity(value) != "id-app":
            yield f"{name} is not the client id of the app's identity"
    if not any(
        path.endswith("/id-app") for path in site.body["identity"]["userAssignedIdentities"]
    ):
        yield "the app does not have the identity that it signs in with"
    for name, resource in ADDRESSES.items():
        if resource not in settings.get(name, ""):
            yield f"{name} is not the address of {resource}…"
    for name, kind in (
        ("COSMOS_DATABASE", "Microsoft.DocumentDB/databaseAccounts/sqlDatabases"),
        ("WEB_PUBSUB_HUB", "Microsoft.SignalRService/webPubSub/hubs"),
    ):
        deployed = deployment.find_only(kind).last_name
        if settings.get(name) != deployed:
            yield f"{name} is {settings.get(name)}, deployed is {deployed}"


def find_bound_settings() -> tuple[set[str], set[str]]:
    """The settings between percent signs in the triggers, and the connections they name."""
    files = sorted((ROOT / "functions/tocsin/triggers").rglob("*.py"))
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = set(re.findall(r"%(\w+)%", source))
    return named, set(re.findall(r'connection="(\w+)"', source))


def _is_other_spelling(name: str, settings: Mapping[str, str]) -> bool:
    """Whether *name* is one of several suffixes asked for, of which another is set."""
    connection, _, suffix = name.partition("__")
    return suffix not in {"", "clientId"} and any(
        setting.startswith(f"{connection}__")
        and not setting.endswith(("__clientId", "__credential"))
        for setting in settings
    )
