// The services' addresses within the network, and the names under which they are found there.
param names object
param location string
param tags object
param networkId string
param subnetId string
param withVault bool

var always = [
  {
    name: 'host-blob'
    type: 'Microsoft.Storage/storageAccounts'
    resource: names.host
    part: 'blob'
    zone: 'blob'
  }
  {
    name: 'host-queue'
    type: 'Microsoft.Storage/storageAccounts'
    resource: names.host
    part: 'queue'
    zone: 'queue'
  }
  {
    name: 'host-table'
    type: 'Microsoft.Storage/storageAccounts'
    resource: names.host
    part: 'table'
    zone: 'table'
  }
  {
    name: 'lake-blob'
    type: 'Microsoft.Storage/storageAccounts'
    resource: names.lake
    part: 'blob'
    zone: 'blob'
  }
  {
    name: 'cosmos'
    type: 'Microsoft.DocumentDB/databaseAccounts'
    resource: names.cosmos
    part: 'Sql'
    zone: 'cosmos'
  }
  {
    name: 'events'
    type: 'Microsoft.EventHub/namespaces'
    resource: names.events
    part: 'namespace'
    zone: 'events'
  }
  {
    name: 'live'
    type: 'Microsoft.SignalRService/webPubSub'
    resource: names.webPubSub
    part: 'webpubsub'
    zone: 'live'
  }
]
var vaultOnly = [
  {
    name: 'vault'
    type: 'Microsoft.KeyVault/vaults'
    resource: names.vault
    part: 'vault'
    zone: 'vault'
  }
]
var endpoints = withVault ? concat(always, vaultOnly) : always

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  cosmos: 'privatelink.documents.azure.com'
  events: 'privatelink.servicebus.windows.net'
  live: 'privatelink.webpubsub.azure.com'
  vault: 'privatelink.vaultcore.azure.net'
}
var alwaysZones = ['blob', 'queue', 'table', 'cosmos', 'events', 'live']
var zoneKeys = withVault ? concat(alwaysZones, [
  'vault'
]) : alwaysZones

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [for key in zoneKeys: {
  name: zoneNames[key]
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (key, i) in zoneKeys: {
  parent: zones[i]
  name: 'tocsin'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: { id: networkId }
  }
}]

resource doors 'Microsoft.Network/privateEndpoints@2025-09-01' = [for endpoint in endpoints: {
  name: 'pe-${endpoint.name}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: endpoint.name
        properties: {
          privateLinkServiceId: resourceId(endpoint.type, endpoint.resource)
          groupIds: [endpoint.part]
        }
      }
    ]
  }
}]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-09-01' = [for (endpoint, i) in endpoints: {
  parent: doors[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: endpoint.zone
        properties: {
          privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zoneNames[endpoint.zone])
        }
      }
    ]
  }
  // A record goes into a zone that must exist, and is found only through its link.
  dependsOn: [zones, links]
}]
