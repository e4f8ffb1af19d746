"""Every app setting is read by somebody, and whatever is read is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.unit.infra.deployment import Deployment, find_identity
from tocsin.app_settings.declared import SETTINGS, Reader, Source
from tocsin.settings import InvalidSettingError, find_problems, read_settings

DEPLOYED = {
    setting.name: setting
    for setting in SETTINGS
    if setting.source in {Source.EVERYWHERE, Source.AZURE}
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
    yield from find_problems(settings)
    bound, connections = list_bound()
    known = asked.names | bound
    for name in sorted(set(settings) - known):
        yield f"nobody reads the app setting {name}"
    for name in sorted(known - set(settings)):
        # The name of a connection holds a connection string, which is what nobody wants here.
        is_connection = any(setting.startswith(f"{name}__") for setting in settings)
        declared = name.partition("__")[0] in DEPLOYED
        if declared and not is_connection and not _is_other_spelling(name, settings):
            yield f"the app setting {name} is read and not set"
    for name in sorted(connections):
        if settings.get(f"{name}__credential") != "managedidentity":
            yield f"the trigger on {name} does not wake the app: no {name}__credential"


def check_declared_are_deployed(deployment: Deployment) -> Iterator[str]:
    deployed = {name.partition("__")[0] for name in deployment.app_settings}
    for name in sorted(set(DEPLOYED) ^ deployed):
        yield f"the setting {name} is either not declared for Azure or not deployed"


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
    page = f"https://{site.name}.azurewebsites.net"
    if settings.get("TOCSIN_PAGE") != page:
        yield f"TOCSIN_PAGE is {settings.get('TOCSIN_PAGE')}, the app is at {page}"
    for name, kind in (
        ("COSMOS_DATABASE", "Microsoft.DocumentDB/databaseAccounts/sqlDatabases"),
        ("WEB_PUBSUB_HUB", "Microsoft.SignalRService/webPubSub/hubs"),
    ):
        deployed = deployment.find_only(kind).last_name
        if settings.get(name) != deployed:
            yield f"{name} is {settings.get(name)}, deployed is {deployed}"


def list_bound() -> tuple[set[str], set[str]]:
    """The settings that the host reads, and the connections among them."""
    bound, connections = set(), set()
    for setting in DEPLOYED.values():
        if setting.host_addresses:
            connections.add(setting.name)
            suffixes = {*setting.host_addresses, "credential", "clientId"}
            bound |= {f"{setting.name}__{suffix}" for suffix in suffixes}
        elif setting.reader is not Reader.PRODUCT:
            bound.add(setting.name)
    return bound, connections


def _is_other_spelling(name: str, settings: Mapping[str, str]) -> bool:
    """Whether *name* is one of several suffixes asked for, of which another is set."""
    connection, _, suffix = name.partition("__")
    return suffix not in {"", "clientId"} and any(
        setting.startswith(f"{connection}__")
        and not setting.endswith(("__clientId", "__credential"))
        for setting in settings
    )
