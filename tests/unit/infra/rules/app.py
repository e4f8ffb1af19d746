"""The function app, and who may use it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.paths import ROOT
from tests.unit.infra.deployment import Deployment
from tests.unit.infra.rules.containers import read_product_source

SITE = "Microsoft.Web/sites"


def check_sign_in(deployment: Deployment) -> Iterator[str]:
    """Without it the app serves nobody (WEBSITE_AUTH_ENABLED)."""
    configs = [config for config in deployment.find_all(f"{SITE}/config")
               if config.last_name == "authsettingsV2"]  # fmt: skip
    if len(configs) != 1 or configs[0].properties["platform"]["enabled"] is not True:
        yield "signing in is off"
        return
    provider = configs[0].properties["identityProviders"]["azureActiveDirectory"]
    registration = provider["registration"]
    if provider["enabled"] is not True or not registration["clientId"]:
        yield "nobody can sign in with Entra ID"
    if registration["clientSecretSettingName"] not in deployment.app_settings:
        yield "the platform signs in with a setting that is not there"
    if configs[0].properties["httpSettings"]["requireHttps"] is not True:
        yield "one may sign in over plain HTTP"


def check_start(deployment: Deployment) -> Iterator[str]:
    config = deployment.find_only(SITE).properties["functionAppConfig"]
    storage = config["deployment"]["storage"]
    if storage["authentication"]["type"] != "UserAssignedIdentity":
        yield "the package is fetched with a key"
    containers = {
        resource.last_name
        for resource in deployment.find_all(
            "Microsoft.Storage/storageAccounts/blobServices/containers"
        )
    }
    if not containers & set(re.findall(r"[\w-]+", storage["value"])):
        yield f"the package is looked for where nothing is: {storage['value']}"
    tested = re.search(r'^python_version = "(.+)"', _read_pyproject(), flags=re.MULTILINE)
    if (config["runtime"]["name"], config["runtime"]["version"]) != (
        "python",
        tested and tested[1],
    ):
        yield "the app runs on another Python than is tested"


def check_always_ready(deployment: Deployment) -> Iterator[str]:
    scale = deployment.find_only(SITE).properties["functionAppConfig"]["scaleAndConcurrency"]
    named = set(re.findall(r'function_name\("(\w+)"\)', read_product_source()))
    groups = {f"function:{name}" for name in named} | {"http"}
    for group in scale["alwaysReady"]:
        if group["name"] not in groups:
            yield f"instances are always ready for {group['name']}, which does not exist"
    if deployment.environment == "prod" and not scale["alwaysReady"]:
        yield "no instance is always ready to score"
    stream = deployment.find_only("Microsoft.EventHub/namespaces/eventhubs").properties
    if scale["maximumInstanceCount"] < stream["partitionCount"]:
        yield "fewer instances than partitions: some are never scored alone"


def check_zones(deployment: Deployment) -> Iterator[str]:
    wanted = deployment.environment == "prod"
    plan = deployment.find_only("Microsoft.Web/serverfarms").properties["zoneRedundant"]
    database = deployment.find_only("Microsoft.DocumentDB/databaseAccounts").properties
    zones = database["locations"][0]["isZoneRedundant"]
    kinds = {account.body["sku"]["name"]
             for account in deployment.find_all("Microsoft.Storage/storageAccounts")}  # fmt: skip
    if (plan, zones, kinds == {"Standard_ZRS"}) != (wanted, wanted, wanted):
        yield "zone redundancy does not follow the parameter"
    serverless = {"name": "EnableServerless"} in database["capabilities"]
    if serverless == wanted:
        yield "the database is serverless where it should grow, or the other way round"


def _read_pyproject() -> str:
    return (ROOT / "pyproject.toml").read_text(encoding="utf-8")
