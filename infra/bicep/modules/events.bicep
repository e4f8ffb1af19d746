// The stream of telemetry: IoT Hub sends, score_telemetry reads, Capture keeps a copy.
param names object
param location string
param tags object
param partitions int
param streamHours int

@description('Who writes raw telemetry into the lake; empty: nobody.')
param captureIdentityId string
param lakeId string
param privateNetwork bool
param workspaceId string

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' = {
  name: names.events
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: 1
  }
  identity: empty(captureIdentityId) ? { type: 'None' } : {
    type: 'UserAssigned'
    userAssignedIdentities: { '${captureIdentityId}': {} }
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
    isAutoInflateEnabled: true
    maximumThroughputUnits: 10
  }
}

// With a private network: nobody from outside but IoT Hub, which comes by its identity as a trusted
// service. Such a service is let in only while public access is on, so it is closed here instead.
resource rules 'Microsoft.EventHub/namespaces/networkRuleSets@2026-01-01' = {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: 'Enabled'
    defaultAction: privateNetwork ? 'Deny' : 'Allow'
    trustedServiceAccessEnabled: true
  }
}

resource stream 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' = {
  parent: namespace
  name: names.stream
  properties: {
    partitionCount: partitions
    retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: streamHours }
    captureDescription: empty(captureIdentityId) ? null : {
      enabled: true
      encoding: 'Avro'
      intervalInSeconds: 900
      sizeLimitInBytes: 314572800
      skipEmptyArchives: true
      destination: {
        name: 'EventHubArchive.AzureBlockBlob'
        identity: { type: 'UserAssigned', userAssignedIdentity: captureIdentityId }
        properties: {
          storageAccountResourceId: lakeId
          blobContainer: names.capture
          archiveNameFormat: '{Namespace}/{EventHub}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}/{PartitionId}'
        }
      }
    }
  }
  // Capture's first write is checked through the rules.
  dependsOn: [rules]
}

resource consumerGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01' = {
  parent: stream
  name: names.consumerGroup
  properties: {
    userMetadata: 'score_telemetry'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = namespace.id
output address string = '${namespace.name}.servicebus.windows.net'
