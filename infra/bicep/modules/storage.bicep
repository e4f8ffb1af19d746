// A storage account that knows no keys.
param name string
param location string
param tags object
param zoneRedundant bool
param privateNetwork bool
param containers array
param queues array

@description('Containers whose blobs go after so many days.')
param deleteAfterDays array

@description('The service whose writes are logged: they are what the alarms on dead letters and failed requests count.')
@allowed([
  'blobServices'
  'queueServices'
])
param logsOf string
param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  // checkov:skip=CKV_AZURE_35:denied with privateNetwork, else open to identities only, for keys are off
  // checkov:skip=CKV_AZURE_59:closed by its rules, see below
  // checkov:skip=CKV_AZURE_206:three copies in one region, or zone; telemetry does not leave the region it was sent to
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Closed by its rules, not switched off: Capture comes in as a trusted service, by its identity.
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow', bypass: 'AzureServices' }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 7 }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {}
}

resource containersOfAccount 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = [for container in containers: {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
  }
}]

resource queuesOfAccount 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' = [for queue in queues: {
  parent: queueService
  name: queue
  properties: {}
}]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-04-01' = if (!empty(deleteAfterDays)) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [for rule in deleteAfterDays: {
        name: 'delete-${rule.container}'
        type: 'Lifecycle'
        enabled: true
        definition: {
          actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: rule.days } } }
          filters: { blobTypes: ['blockBlob'], prefixMatch: ['${rule.container}/'] }
        }
      }]
    }
  }
}

resource blobWrites 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (logsOf == 'blobServices') {
  scope: blobs
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageWrite', enabled: true }]
  }
}

resource queueWrites 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (logsOf == 'queueServices') {
  scope: queueService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageWrite', enabled: true }]
  }
}

output id string = account.id
output blobs string = account.properties.primaryEndpoints.blob
