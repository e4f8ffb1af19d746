// Every role in one place: who may do what, where, and why.
//
// In three steps, for a role can only be on what exists, and Azure refuses Capture and a route by
// identity without it: 'capture' before the stream, 'hub' before IoT Hub, 'app' before the app.
@allowed([
  'capture'
  'hub'
  'app'
])
param step string
param names object

@description('Principal ids by what they act for: app, hub, capture.')
param principals object

@description('The person who deploys; empty: nobody. Of the last step, as is the vault.')
param deployerId string = ''
param deployerType string = 'User'
param withVault bool = false

var role = {
  blobReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  eventsReceiver: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
  eventsSender: '2b629674-e913-4c01-ae53-ef4638d8f975'
  hubTwins: '494bdba2-168f-4f31-a0a1-191d2f7c028c'
  hubContributor: '4fc6c259-987e-4a07-842e-c321cc9d413f'
  liveOwner: '12cf5a90-567b-43ae-8102-96cf46c7d9b4'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
}
var roles = 'Microsoft.Authorization/roleDefinitions'
var ofDeployer = step == 'app' && !empty(deployerId)

resource captureWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'capture') {
  scope: captured
  name: guid(captured.id, principals.capture, role.blobContributor)
  properties: {
    description: 'Event Hubs Capture writes raw telemetry'
    principalId: principals.capture
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.blobContributor)
  }
}

resource hubSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'hub') {
  scope: stream
  name: guid(stream.id, principals.hub, role.eventsSender)
  properties: {
    description: 'IoT Hub routes telemetry into the stream'
    principalId: principals.hub
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.eventsSender)
  }
}

resource appOwnsHostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: host
  name: guid(host.id, principals.app, role.blobOwner)
  properties: {
    description: 'The functions host creates containers for checkpoints, locks and keys, and fetches the package; on the account, for their names are its own'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.blobOwner)
  }
}

resource appKeepsHostTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: host
  name: guid(host.id, principals.app, role.tableContributor)
  properties: {
    description: 'The functions host keeps diagnostic events in tables that it creates itself'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.tableContributor)
  }
}

resource appAsks 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: requests
  name: guid(requests.id, principals.app, role.queueContributor)
  properties: {
    description: 'Requests to rebalance a site are put, taken and counted for scaling'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.queueContributor)
  }
}

resource appGivesUp 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: poison
  name: guid(poison.id, principals.app, role.queueContributor)
  properties: {
    description: 'The functions host moves a request here that failed five times'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.queueContributor)
  }
}

resource appRings 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: notifications
  name: guid(notifications.id, principals.app, role.queueContributor)
  properties: {
    description: 'Rings that have a site notify are put, taken and counted for scaling'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.queueContributor)
  }
}

resource appGivesUpRings 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: notificationsPoison
  name: guid(notificationsPoison.id, principals.app, role.queueContributor)
  properties: {
    description: 'The functions host moves a ring here that failed five times; health counts them'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.queueContributor)
  }
}

resource appReports 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: component
  name: guid(component.id, principals.app, role.metricsPublisher)
  properties: {
    description: 'Telemetry about the app itself, which the component takes by identity only'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.metricsPublisher)
  }
}

resource appReadsModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: models
  name: guid(models.id, principals.app, role.blobReader)
  properties: {
    description: 'Scoring loads the active model bundles'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.blobReader)
  }
}

resource appKeepsDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: deadLetters
  name: guid(deadLetters.id, principals.app, role.blobContributor)
  properties: {
    description: 'A message that cannot be used is kept with its reason'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.blobContributor)
  }
}

resource appHoldsLeases 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: leases
  name: guid(leases.id, principals.app, role.blobContributor)
  properties: {
    description: 'One run at a site at a time, under a lease on an empty blob'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.blobContributor)
  }
}

resource appReceives 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: stream
  name: guid(stream.id, principals.app, role.eventsReceiver)
  properties: {
    description: 'Scoring reads the stream; on the event hub, for its partitions are read as well as its consumer group'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.eventsReceiver)
  }
}

resource appOrders 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: hub
  name: guid(hub.id, principals.app, role.hubTwins)
  properties: {
    description: 'Rebalancing reads and writes the twins of devices'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.hubTwins)
  }
}

resource appSpeaksLive 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app') {
  scope: webPubSub
  name: guid(webPubSub.id, principals.app, role.liveOwner)
  properties: {
    description: 'Live messages are sent, and browsers get tokens for them'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.liveOwner)
  }
}

// On the database, not the account: Cosmos DB has roles of its own for documents, whose names must
// be GUIDs. ...0002 may read and write, ...0001 may read.
resource appKeepsDocuments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = if (step == 'app') {
  parent: cosmos
  name: guid(cosmos.id, principals.app, names.database)
  properties: {
    principalId: principals.app
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002'
    scope: '${cosmos.id}/dbs/${names.database}'
  }
}

resource appReadsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (step == 'app' && withVault) {
  scope: vault
  name: guid(vault.id, principals.app, role.secretsUser)
  properties: {
    description: 'App settings that name a secret in the vault'
    principalId: principals.app
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(roles, role.secretsUser)
  }
}

resource deployerPublishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (ofDeployer) {
  scope: models
  name: guid(models.id, deployerId, role.blobContributor)
  properties: {
    description: 'python -m ml_model publish, promote and rollback'
    principalId: deployerId
    principalType: deployerType
    roleDefinitionId: subscriptionResourceId(roles, role.blobContributor)
  }
}

resource deployerRegisters 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (ofDeployer) {
  scope: hub
  name: guid(hub.id, deployerId, role.hubContributor)
  properties: {
    description: 'Devices are registered and given their site'
    principalId: deployerId
    principalType: deployerType
    roleDefinitionId: subscriptionResourceId(roles, role.hubContributor)
  }
}

resource deployerReadsDocuments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = if (ofDeployer) {
  parent: cosmos
  name: guid(cosmos.id, deployerId, names.database)
  properties: {
    principalId: deployerId
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001'
    scope: '${cosmos.id}/dbs/${names.database}'
  }
  // An account takes these one after the other.
  dependsOn: [appKeepsDocuments]
}

resource host 'Microsoft.Storage/storageAccounts@2026-04-01' existing = { name: names.host }

resource hostQueues 'Microsoft.Storage/storageAccounts/queueServices@2026-04-01' existing = {
  parent: host
  name: 'default'
}

resource requests 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' existing = {
  parent: hostQueues
  name: names.requests
}

resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' existing = {
  parent: hostQueues
  name: names.poison
}

resource notifications 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' existing = {
  parent: hostQueues
  name: names.notifications
}

resource notificationsPoison 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' existing = {
  parent: hostQueues
  name: names.notificationsPoison
}

resource lake 'Microsoft.Storage/storageAccounts@2026-04-01' existing = { name: names.lake }

resource lakeBlobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' existing = {
  parent: lake
  name: 'default'
}

resource models 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' existing = {
  parent: lakeBlobs
  name: names.models
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' existing = {
  parent: lakeBlobs
  name: names.deadLetters
}

resource leases 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' existing = {
  parent: lakeBlobs
  name: names.leases
}

resource captured 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' existing = {
  parent: lakeBlobs
  name: names.capture
}

resource events 'Microsoft.EventHub/namespaces@2026-01-01' existing = { name: names.events }

resource stream 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' existing = {
  parent: events
  name: names.stream
}

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' existing = { name: names.hub }

resource webPubSub 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = {
  name: names.webPubSub
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = { name: names.cosmos }

resource component 'Microsoft.Insights/components@2020-02-02' existing = { name: names.component }

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = { name: names.vault }
