// Where devices send to, and where they find what they are told to run.
param names object
param location string
param tags object
param units int
param identityId string

@description('Host name of the Event Hubs namespace.')
param streamAddress string
param workspaceId string

var route = 'telemetry'

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' = {
  name: names.hub
  location: location
  tags: tags
  sku: { name: 'S1', capacity: units }
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    // Keys of the hub itself are off. Devices still sign in with their own.
    disableLocalAuth: true
    // No minTlsVersion: a hub takes nothing older than 1.2 since 2025-08-31, and few regions take the
    // setting.
    // Devices are outside any network of ours.
    publicNetworkAccess: 'Enabled'
    enableFileUploadNotifications: false
    routing: {
      endpoints: {
        eventHubs: [
          {
            name: route
            authenticationType: 'identityBased'
            identity: { userAssignedIdentity: identityId }
            endpointUri: 'sb://${streamAddress}'
            entityPath: names.stream
            subscriptionId: subscription().subscriptionId
            resourceGroup: resourceGroup().name
          }
        ]
      }
      routes: [
        {
          name: route
          source: 'DeviceMessages'
          condition: 'true'
          endpointNames: [route]
          isEnabled: true
        }
      ]
      // Off: what the route cannot take would pile up where nobody reads.
      fallbackRoute: {
        name: '$fallback'
        source: 'DeviceMessages'
        condition: 'true'
        endpointNames: ['events']
        isEnabled: false
      }
      // The site of a device is not in its messages: the hub stamps it from the twin.
      enrichments: [
        {
          key: 'siteId'
          value: '$twin.tags.siteId'
          endpointNames: [route]
        }
      ]
    }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: hub
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'Routes', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = hub.id
output hostName string = hub.properties.hostName
