// The database. A role on its content may create neither database nor container (403, substatus
// 5300), so every container is here, that of the change feed's leases too.
param name string
param database string
param location string
param tags object

@description('Most request units a second, shared by all containers; 0: serverless.')
param throughput int
param zoneRedundant bool
param privateNetwork bool
param workspaceId string

var everything = [{ path: '/*' }]
// life -1: documents live on unless they say how long.
// unindexed: what no query asks for; indexing it would double the price of a write. Of what is
// written with every message only what queries ask for is indexed.
var containers = [
  {
    name: 'readings'
    key: '/deviceId'
    life: { defaultTtl: -1 }
    indexed: [
      { path: '/deviceId/?' }
      { path: '/profile/?' }
      { path: '/firstT/?' }
      { path: '/lastT/?' }
      { path: '/long/?' }
      { path: '/epoch/?' }
    ]
    unindexed: everything
  }
  {
    name: 'rollups'
    key: '/deviceId'
    life: { defaultTtl: -1 }
    indexed: everything
    unindexed: [
      { path: '/t/*' }
      { path: '/readings/*' }
      { path: '/anomalous/*' }
      { path: '/series/*' }
    ]
  }
  {
    name: 'devices'
    key: '/deviceId'
    life: {}
    indexed: [
      { path: '/deviceId/?' }
      { path: '/siteId/?' }
      { path: '/enqueuedAt/?' }
    ]
    unindexed: everything
  }
  {
    name: 'alerts'
    key: '/deviceId'
    life: {}
    indexed: everything
    unindexed: []
  }
  {
    name: 'incidents'
    key: '/siteId'
    life: {}
    indexed: everything
    unindexed: [
      { path: '/process/*' }
      { path: '/timeline/*' }
      { path: '/suppression/*' }
      { path: '/handling/*' }
    ]
  }
  {
    name: 'notifications'
    key: '/siteId'
    life: { defaultTtl: -1 }
    indexed: everything
    unindexed: [
      { path: '/tickets/*' }
      { path: '/steps/*' }
      { path: '/hours/*' }
    ]
  }
  {
    name: 'plans'
    key: '/siteId'
    life: { defaultTtl: -1 }
    indexed: everything
    unindexed: []
  }
  {
    name: 'settings'
    key: '/id'
    life: {}
    indexed: everything
    unindexed: []
  }
  {
    name: 'audit'
    key: '/siteId'
    life: {}
    indexed: everything
    unindexed: []
  }
  {
    name: 'leases'
    key: '/id'
    life: {}
    indexed: everything
    unindexed: []
  }
]

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' = {
  // checkov:skip=CKV_AZURE_101:off with privateNetwork, else open to identities only, for keys are off
  // checkov:skip=CKV_AZURE_99:as above; a filter by address would shut out the app, which has none of its own
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: zoneRedundant
      }
    ]
    capabilities: throughput == 0 ? [
      { name: 'EnableServerless' }
    ] : []
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous7Days' } }
  }
}

resource tocsin 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2026-03-15' = {
  parent: account
  name: database
  properties: {
    resource: { id: database }
    // Serverless takes no options.
    options: throughput == 0 ? {} : { autoscaleSettings: { maxThroughput: throughput } }
  }
}

resource containersOfDatabase 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = [for container in containers: {
  parent: tocsin
  name: container.name
  properties: {
    resource: union({
      id: container.name
      partitionKey: {
        kind: 'Hash'
        version: 2
        paths: [container.key]
      }
      indexingPolicy: {
        indexingMode: 'consistent'
        automatic: true
        includedPaths: container.indexed
        excludedPaths: container.unindexed
      }
    }, container.life)
  }
}]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ControlPlaneRequests', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = account.id
output endpoint string = account.properties.documentEndpoint
