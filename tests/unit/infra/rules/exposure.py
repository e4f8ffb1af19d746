"""Encrypted throughout; with a private network, closed but to what has to come in."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.infra.deployment import Deployment

# IoT Hub takes nothing older by itself; its setting exists in few regions only.
TLS = {
    "Microsoft.Storage/storageAccounts": ("minimumTlsVersion", "TLS1_2"),
    "Microsoft.EventHub/namespaces": ("minimumTlsVersion", "1.2"),
    "Microsoft.DocumentDB/databaseAccounts": ("minimalTlsVersion", "Tls12"),
}
# What the app calls, and the parts of it that it calls. IoT Hub is called where devices are.
CALLED = {
    ("host", "blob"),
    ("host", "queue"),
    ("host", "table"),
    ("lake", "blob"),
    ("cosmos", "Sql"),
    ("evhns", "namespace"),
    ("wps", "webpubsub"),
}


def check_tls(deployment: Deployment) -> Iterator[str]:
    for kind, (name, version) in TLS.items():
        for resource in deployment.find_all(kind):
            if resource.properties.get(name) != version:
                yield f"{resource.name} takes TLS older than 1.2"
    for account in deployment.find_all("Microsoft.Storage/storageAccounts"):
        if account.properties.get("supportsHttpsTrafficOnly") is not True:
            yield f"{account.name} takes plain HTTP"
    site = deployment.find_only("Microsoft.Web/sites").properties
    config = site["siteConfig"]
    if site.get("httpsOnly") is not True or config.get("ftpsState") != "Disabled":
        yield "the app takes plain HTTP or FTP"
    if {config.get("minTlsVersion"), config.get("scmMinTlsVersion")} != {"1.2"}:
        yield "the app takes TLS older than 1.2"


def check_access(deployment: Deployment) -> Iterator[str]:
    private = bool(deployment.find_all("Microsoft.Network/virtualNetworks"))
    if private != (deployment.environment == "prod"):
        yield f"{deployment.environment}: a private network is {private}"
    wanted = "Deny" if private else "Allow"
    for account in deployment.find_all("Microsoft.Storage/storageAccounts"):
        if account.properties["networkAcls"]["defaultAction"] != wanted:
            yield f"{account.name} does not {wanted} by default"
    rules = deployment.find_only("Microsoft.EventHub/namespaces/networkRuleSets").properties
    if rules["defaultAction"] != wanted or rules["trustedServiceAccessEnabled"] is not True:
        yield f"the stream does not {wanted} by default, or shuts IoT Hub out"
    database = deployment.find_only("Microsoft.DocumentDB/databaseAccounts").properties
    if database["publicNetworkAccess"] != ("Disabled" if private else "Enabled"):
        yield "public access to the database does not follow the parameter"
    live = deployment.find_only("Microsoft.SignalRService/webPubSub").properties["networkACLs"]
    denied = set(live["publicNetwork"]["deny"]) if live else set()
    if ("RESTAPI" in denied) != private or "ClientConnection" in denied:
        yield "live messages: the app's calls from outside, or browsers', are let in wrongly"
    if private:
        yield from _check_endpoints(deployment)


def _check_endpoints(deployment: Deployment) -> Iterator[str]:
    found = set()
    for endpoint in deployment.find_all("Microsoft.Network/privateEndpoints"):
        (connection,) = endpoint.properties["privateLinkServiceConnections"]
        target = connection["properties"]["privateLinkServiceId"].rsplit("/", 1)[-1]
        (part,) = connection["properties"]["groupIds"]
        found |= {pair for pair in CALLED if pair[0] in target and pair[1] == part}
    for target, part in sorted(CALLED - found):
        yield f"no private endpoint leads to {part} of {target}"
    records = deployment.find_all("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    if len(records) != len(deployment.find_all("Microsoft.Network/privateEndpoints")):
        yield "a private endpoint has no name"
    zones = {zone.name for zone in deployment.find_all("Microsoft.Network/privateDnsZones")}
    links = deployment.find_all("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    if {link.name.split("/")[0] for link in links} != zones:
        yield "a zone of names is not seen from the network"
    if not deployment.find_only("Microsoft.Web/sites").properties.get("virtualNetworkSubnetId"):
        yield "the app is outside the network"
