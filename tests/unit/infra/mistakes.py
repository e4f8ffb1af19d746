"""Mistakes that a person makes in Bicep, to be made in copies of the files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """*old* becomes *new* in *file* of infra/, and one line at least has to say ``says``."""

    file: str
    old: str
    new: str
    says: str
    environment: str = "dev"


COSMOS = "bicep/modules/cosmos.bicep"
FUNCTIONS = "bicep/modules/functions.bicep"
RBAC = "bicep/rbac.bicep"
HUB = "bicep/modules/iothub.bicep"
EVENTS = "bicep/modules/events.bicep"
MAIN = "bicep/main.bicep"
STORAGE = "bicep/modules/storage.bicep"

PLANS = """  {
    name: 'plans'
    key: '/siteId'
    life: { defaultTtl: -1 }
    indexed: everything
    unindexed: []
  }
"""

OF_CONTAINERS = {
    "a container is missing": Mistake(
        COSMOS, PLANS, "", "the code names the container plans, which is not deployed"
    ),
    "a container nobody uses": Mistake(
        COSMOS, "name: 'audit'", "name: 'audits'", "no code uses the container audits"
    ),
    "a wrong partition key": Mistake(
        COSMOS,
        "name: 'devices'\n    key: '/deviceId'",
        "name: 'devices'\n    key: '/id'",
        "not deployed as on the laptop: Container(name='devices'",
    ),
    "documents that never expire": Mistake(
        COSMOS,
        "life: { defaultTtl: -1 }\n    indexed: [\n",
        "life: {}\n    indexed: [\n",
        "not deployed as on the laptop: Container(name='readings'",
    ),
    "an index on every column": Mistake(
        COSMOS,
        "      { path: '/epoch/?' }\n    ]\n    unindexed: everything",
        "      { path: '/epoch/?' }\n    ]\n    unindexed: []",
        "not deployed as on the laptop: Container(name='readings'",
    ),
    "a blob container is missing": Mistake(MAIN, ", names.leases]", "]", "blob containers are"),
    "no queue for what fails": Mistake(MAIN, ", names.poison", "", "queues are"),
    "a queue misspelt": Mistake(
        MAIN,
        "requests: 'rebalance-requests'",
        "requests: 'rebalance-request'",
        "a trigger waits at the queue rebalance-requests",
    ),
    "old telemetry is never deleted": Mistake(
        STORAGE, "= if (!empty(deleteAfterDays)) {", "= if (false) {", "managementPolicies"
    ),
}

OF_SETTINGS = {
    "a setting misspelt": Mistake(
        FUNCTIONS,
        "'FALSE_ALERTS_PER_DEVICE_DAY'",
        "'FALSE_ALERTS_PER_DAY'",
        "nobody reads the app setting FALSE_ALERTS_PER_DAY",
    ),
    "a setting is missing": Mistake(
        FUNCTIONS,
        "  { name: 'DRIFT_SCHEDULE', value: '0 7 * * * *' }\n",
        "",
        "the app setting DRIFT_SCHEDULE is read and not set",
    ),
    "a connection without its address": Mistake(
        FUNCTIONS, "'WebPubSub__serviceUri'", "'WebPubSub__endpoint'", "set WebPubSub to"
    ),
    "a trigger without a credential": Mistake(
        FUNCTIONS,
        "  { name: 'TelemetryHub__credential', value: 'managedidentity' }\n",
        "",
        "the trigger on TelemetryHub does not wake the app",
    ),
    "another identity than the app's": Mistake(
        MAIN,
        "identityClientId: identities.outputs.appClientId",
        "identityClientId: identities.outputs.hubId",
        "is not the client id of the app's identity",
    ),
    "a key in a setting": Mistake(
        FUNCTIONS,
        "value: host.properties.primaryEndpoints.queue",
        "value: host.listKeys().keys[0].value",
        "the app setting AzureWebJobsStorage__queueServiceUri holds a key",
    ),
    "a key in an output": Mistake(
        MAIN,
        "output COSMOS_DATABASE string = names.database",
        "output COSMOS_DATABASE string = 'AccountKey=${names.database}'",
        "the output COSMOS_DATABASE holds a key",
    ),
    "another database": Mistake(
        FUNCTIONS, "value: names.database", "value: 'toscin'", "COSMOS_DATABASE is toscin"
    ),
    "the wrong storage account": Mistake(
        FUNCTIONS,
        "name: names.lake }",
        "name: names.host }",
        "BlobStorage__serviceUri is not the address of storageAccounts/stlake",
    ),
}

OF_ROLES = {
    "a role dropped": Mistake(
        RBAC,
        "if (step == 'app') {\n  scope: leases",
        "if (step == 'capture' && false) {\n  scope: leases",
        "nobody gives Grant(who='id-app', role='ba92f5b4-2d11-453d-a403-e96b0029c9fe', "
        "on='containers/leases')",
    ),
    "a role on more than is touched": Mistake(
        RBAC,
        "scope: models\n  name: guid(models.id, principals.app",
        "scope: lake\n  name: guid(lake.id, principals.app",
        "no code needs Grant(who='id-app'",
    ),
    "another role": Mistake(
        RBAC,
        "role.hubTwins)\n  }",
        "role.hubContributor)\n  }",
        "role='4fc6c259-987e-4a07-842e-c321cc9d413f', on='IotHubs/",
    ),
    "a role that hangs on nothing of the database's": Mistake(
        RBAC,
        "sqlRoleDefinitions/00000000-0000-0000-0000-000000000002",
        "sqlRoleDefinitions/00000000-0000-0000-0000-000000000001",
        "nobody gives Grant(who='id-app', role='00000000-0000-0000-0000-000000000002'",
    ),
    "a role on another place than its name says": Mistake(
        RBAC,
        "scope: deadLetters\n  name",
        "scope: lake\n  name",
        "the role on lake is called guid(deadLetters.id",
    ),
    "a role on the whole account": Mistake(
        RBAC,
        "000000000002'\n    scope: '${cosmos.id}/dbs/${names.database}'",
        "000000000002'\n    scope: cosmos.id",
        "no code needs Grant(who='id-app'",
    ),
    "a fresh identity is not found": Mistake(
        RBAC,
        "    principalId: principals.hub\n    principalType: 'ServicePrincipal'\n",
        "    principalId: principals.hub\n",
        "not said what kind of principal it is",
    ),
    "a role for the wrong identity": Mistake(
        RBAC,
        "    principalId: principals.capture\n",
        "    principalId: principals.app\n",
        "nobody gives Grant(who='id-capture'",
        "prod",
    ),
}

OF_KEYS = {
    "the stream takes keys": Mistake(
        EVENTS, "disableLocalAuth: true", "disableLocalAuth: false", "can be opened with a key"
    ),
    "storage takes keys": Mistake(
        STORAGE,
        "allowSharedKeyAccess: false",
        "allowSharedKeyAccess: true",
        "can be opened with a key",
    ),
    "a container for everybody": Mistake(
        STORAGE, "publicAccess: 'None'", "publicAccess: 'Blob'", "can be opened with a key"
    ),
    "live messages for everybody": Mistake(
        "bicep/modules/webpubsub.bicep", "'deny'\n", "'allow'\n", "or by anybody"
    ),
    "an old TLS": Mistake(STORAGE, "'TLS1_2'", "'TLS1_0'", "takes TLS older than 1.2"),
    "a property misspelt": Mistake(
        STORAGE,
        "defaultToOAuthAuthentication:",
        "defaultToOAuthAuthentification:",
        "defaultToOAuthAuthentification",
    ),
    "nobody signs in": Mistake(
        FUNCTIONS,
        "platform: { enabled: true",
        "platform: { enabled: false",
        "signing in is off",
    ),
    "a secret for signing in": Mistake(
        FUNCTIONS,
        "clientSecretSettingName: secretlessSignIn",
        "clientSecretSettingName: 'SIGN_IN_SECRET'",
        "the platform signs in with a setting that is not there",
    ),
    "the database is open": Mistake(
        COSMOS,
        "privateNetwork ? 'Disabled' : 'Enabled'",
        "privateNetwork ? 'Enabled' : 'Enabled'",
        "public access to the database does not follow the parameter",
        "prod",
    ),
    "a service without a door": Mistake(
        "bicep/modules/endpoints.bicep",
        "  {\n    name: 'host-queue'\n    type: 'Microsoft.Storage/storageAccounts'\n"
        "    resource: names.host\n    part: 'queue'\n    zone: 'queue'\n  }\n",
        "",
        "no private endpoint leads to queue of host",
        "prod",
    ),
}

OF_THE_WAY = {
    "another consumer group": Mistake(
        EVENTS, "name: names.consumerGroup", "name: 'score'", "the app reads telemetry/scoring"
    ),
    "a route by key": Mistake(HUB, "'identityBased'", "'keyBased'", "the hub routes with a key"),
    "a route into nothing": Mistake(
        HUB, "entityPath: names.stream", "entityPath: 'messages'", "the hub routes to sb://"
    ),
    "the fallback route is on": Mistake(
        HUB, "isEnabled: false", "isEnabled: true", "the fallback route fills an endpoint"
    ),
    "the site is stamped otherwise": Mistake(
        HUB, "key: 'siteId'", "key: 'site'", "the hub stamps ['site="
    ),
    "the hub before its role": Mistake(
        MAIN,
        "  dependsOn: [rolesOfHub, webPubSub]\n",
        "  dependsOn: [cosmos]\n",
        "hub does not wait for rolesOfHub",
    ),
    "the app before its roles": Mistake(
        MAIN,
        "dependsOn: [rolesOfApp, endpoints]",
        "dependsOn: [endpoints]",
        "app does not wait for rolesOfApp",
    ),
    "capture before its role": Mistake(
        MAIN,
        "dependsOn: [rolesOfCapture, cosmos]",
        "dependsOn: [cosmos]",
        "events does not wait for rolesOfCapture",
    ),
    "a stream kept too short": Mistake(
        "bicep/main.prod.bicepparam",
        "param streamHours = 168",
        "param streamHours = 24",
        "the stream is not kept for 168 hours",
        "prod",
    ),
    "always ready for nothing": Mistake(
        FUNCTIONS,
        "'function:score_telemetry'",
        "'function:score_readings'",
        "instances are always ready for function:score_readings",
        "prod",
    ),
    "a package that is nowhere": Mistake(
        FUNCTIONS, "${names.package}'", "packages'", "the package is looked for where nothing is"
    ),
    "an alarm on another container": Mistake(
        "dashboards/dead-letters.kql",
        "/dead-letters/",
        "/deadletters/",
        "looks at deadletters, which is not deployed",
    ),
    "a module without a parameter": Mistake(MAIN, "    partitions: partitions\n", "", "BCP035"),
}

MISTAKES = {**OF_CONTAINERS, **OF_SETTINGS, **OF_ROLES, **OF_KEYS, **OF_THE_WAY}
