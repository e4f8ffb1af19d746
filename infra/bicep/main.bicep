// The whole of Tocsin in one subscription: what there is, and what is joined to what.
// The order that Azure insists on is in the dependsOn lines, each with its reason.
targetScope = 'subscription'

@description('Name of this deployment: it names the resource group and tells two of them apart.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of every resource.')
param location string

@description('Client id of the app registration that people and machines sign in to (docs/azure.md).')
param signInClientId string

@description('Object id of the person who publishes models and registers devices; empty: nobody may.')
param deployerId string

@description('A workflow is a ServicePrincipal.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param deployerType string

@description('Where alarms about the system itself are mailed; empty: they are shown in the portal only.')
param alertEmail string

@description('App setting of the functions: name of the secret in the key vault that it takes.')
param secretSettings object = {}

@description('Public keys that model bundles must be signed with (docs/adr/0014); empty: bundles are taken unsigned.')
param modelSigningKeys string = ''

@description('The mail server by which people are notified, such as starttls://user@mail.example:587 (docs/settings.md); empty: none are sent. Its password is a secret.')
param mailServer string = ''

@description('The address that mails are from; empty where there is no mail server.')
param mailFrom string = ''

@description('Where people find the page, where a domain of your own leads to the app: https://…; empty: by the name that the app has in Azure.')
param pageAddress string = ''

@description('Storage, database, plan over several availability zones.')
param zoneRedundant bool

@description('Services reach each other through a virtual network only. Devices and people still come from outside.')
param privateNetwork bool

@description('Units of IoT Hub S1: 400 000 messages a day and 20 twin queries a minute each.')
@minValue(1)
param hubUnits int

@description('Partitions of the telemetry stream: at most so many instances score at once. Fixed at creation.')
@minValue(1)
@maxValue(32)
param partitions int

@description('How long the stream can be read again, in hours.')
@minValue(1)
@maxValue(168)
param streamHours int

@description('For how many days raw telemetry is kept for retraining; 0: not at all, for Capture has its price by the hour.')
param captureDays int

@description('Most request units a second that the database grows to; 0: serverless.')
param databaseThroughput int

@description('Instances that score and answer without a cold start.')
param alwaysReady int

@description('Most instances of the function app.')
@minValue(40)
@maxValue(1000)
param maximumInstances int

@description('Units of Web PubSub, 1 000 browsers each; 0: the free one, for 20 browsers.')
param liveUnits int

@description('For how many days logs are kept.')
@minValue(30)
param logDays int

@description('Most logs a day, in GB; what is above is dropped until midnight UTC.')
param logCapGb int

@description('Budget a month in the currency of the subscription; mails go out at 50, 90 and 100 %.')
param budget int

@description('First day of the month the budget begins in; Azure takes none in the past at creation.')
param budgetStart string = utcNow('yyyy-MM-01')

// What has to be unique worldwide carries the token.
var token = uniqueString(subscription().id, environmentName, location)
var tags = {
  'azd-env-name': environmentName
}
var names = {
  app: 'func-tocsin-${token}'
  capture: 'telemetry-capture'
  component: 'appi-tocsin-${token}'
  consumerGroup: 'scoring'
  cosmos: 'cosmos-tocsin-${token}'
  database: 'tocsin'
  deadLetters: 'dead-letters'
  events: 'evhns-tocsin-${token}'
  host: 'sthost${token}'
  hub: 'iot-tocsin-${token}'
  lake: 'stlake${token}'
  leases: 'leases'
  liveHub: 'tocsin'
  models: 'models'
  notifications: 'notifications'
  notificationsPoison: 'notifications-poison'
  package: 'app-package'
  poison: 'rebalance-requests-poison'
  requests: 'rebalance-requests'
  stream: 'telemetry'
  vault: 'kv${token}'
  webPubSub: 'wps-tocsin-${token}'
  workspace: 'log-tocsin-${token}'
}

var captured = captureDays > 0 ? [names.capture] : []
var deletedAfterCapture = captureDays > 0 ? [{ container: names.capture, days: captureDays }] : []

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-tocsin-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    withCapture: captureDays > 0
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    componentName: names.component
    location: location
    tags: tags
    logDays: logDays
    logCapGb: logCapGb
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: 'vnet-tocsin-${token}'
    location: location
    tags: tags
  }
}

// The function host's own: its checkpoints and locks, the package, the queues of requests and rings.
module host 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.host
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
    containers: [names.package]
    queues: [names.requests, names.poison, names.notifications, names.notificationsPoison]
    deleteAfterDays: []
    logsOf: 'queueServices'
    workspaceId: monitoring.outputs.workspaceId
  }
}

// What outlives the app: model bundles, dead letters, raw telemetry for retraining.
module lake 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.lake
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
    containers: concat([names.models, names.deadLetters, names.leases], captured)
    queues: []
    deleteAfterDays: concat([{ container: names.deadLetters, days: 90 }], deletedAfterCapture)
    logsOf: 'blobServices'
    workspaceId: monitoring.outputs.workspaceId
  }
}

module rolesOfCapture 'rbac.bicep' = if (captureDays > 0) {
  scope: group
  params: {
    step: 'capture'
    names: names
    principals: identities.outputs.principals
  }
  // The container that the role is on.
  dependsOn: [lake]
}

module events 'modules/events.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: tags
    partitions: partitions
    streamHours: streamHours
    captureIdentityId: identities.outputs.captureId
    lakeId: lake.outputs.id
    privateNetwork: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
  // Capture is refused unless its identity may already write to the container. A role takes minutes
  // to spread, and so does the database to come up: it comes between.
  dependsOn: [rolesOfCapture, cosmos]
}

module rolesOfHub 'rbac.bicep' = {
  scope: group
  params: {
    step: 'hub'
    names: names
    principals: identities.outputs.principals
  }
  // The event hub that the role is on.
  dependsOn: [events]
}

module hub 'modules/iothub.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: tags
    units: hubUnits
    identityId: identities.outputs.hubId
    streamAddress: events.outputs.address
    workspaceId: monitoring.outputs.workspaceId
  }
  // A route by identity is refused unless that identity may already send to its target. Web PubSub
  // comes between, to give the role time.
  dependsOn: [rolesOfHub, webPubSub]
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  params: {
    name: names.cosmos
    database: names.database
    location: location
    tags: tags
    throughput: databaseThroughput
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module webPubSub 'modules/webpubsub.bicep' = {
  scope: group
  params: {
    name: names.webPubSub
    hub: names.liveHub
    location: location
    tags: tags
    sku: liveUnits == 0 ? 'Free_F1' : 'Standard_S1'
    units: max(liveUnits, 1)
    privateNetwork: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
  // It needs no role: the one before it has its minutes to spread (see hub).
  dependsOn: [rolesOfHub]
}

module vault 'modules/vault.bicep' = if (!empty(secretSettings)) {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    publicAccess: privateNetwork ? 'Disabled' : 'Enabled'
    workspaceId: monitoring.outputs.workspaceId
  }
}

module endpoints 'modules/endpoints.bicep' = if (privateNetwork) {
  scope: group
  params: {
    names: names
    location: location
    tags: tags
    networkId: privateNetwork ? network!.outputs.id : ''
    subnetId: privateNetwork ? network!.outputs.endpointsId : ''
    withVault: !empty(secretSettings)
  }
  // An endpoint leads to a service that must exist.
  dependsOn: [host, lake, events, cosmos, webPubSub, vault]
}

module rolesOfApp 'rbac.bicep' = {
  scope: group
  params: {
    step: 'app'
    names: names
    principals: identities.outputs.principals
    deployerId: deployerId
    deployerType: deployerType
    withVault: !empty(secretSettings)
  }
  // The services that the roles are on.
  dependsOn: [host, lake, events, hub, cosmos, webPubSub, monitoring, vault]
}

module app 'modules/functions.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: tags
    identityId: identities.outputs.appId
    identityClientId: identities.outputs.appClientId
    signInClientId: signInClientId
    secretSettings: secretSettings
    modelSigningKeys: modelSigningKeys
    mailServer: mailServer
    mailFrom: mailFrom
    pageAddress: pageAddress
    subnetId: privateNetwork ? network!.outputs.appId : ''
    alwaysReady: alwaysReady
    maximumInstances: maximumInstances
    zoneRedundant: zoneRedundant
    workspaceId: monitoring.outputs.workspaceId
  }
  // A Flex app is refused without its package container, and starts without rights or a way to its
  // storage if these come later.
  dependsOn: [rolesOfApp, endpoints]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    hubId: hub.outputs.id
    cosmosId: cosmos.outputs.id
  }
}

module dashboards 'modules/dashboards.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module costs 'modules/budget.bicep' = {
  scope: group
  params: {
    amount: budget
    start: budgetStart
    email: alertEmail
  }
}

// Addresses only, spelled as the project's own commands and azd read them.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = names.app
output TOCSIN_PAGE string = app.outputs.page
output IotHub__hostName string = hub.outputs.hostName
output CosmosDB__accountEndpoint string = cosmos.outputs.endpoint
output COSMOS_DATABASE string = names.database
output BlobStorage__serviceUri string = lake.outputs.blobs
output SIGN_IN_IDENTITY string = identities.outputs.signInPrincipalId
