// Live messages to browsers.
param name string
param hub string
param location string
param tags object

@allowed([
  'Free_F1'
  'Standard_S1'
])
param sku string
param units int
param privateNetwork bool
param workspaceId string

resource service 'Microsoft.SignalRService/webPubSub@2024-03-01' = {
  // checkov:skip=CKV_AZURE_175:the free unit is for trying only, and is a parameter
  // checkov:skip=CKV_AZURE_176:it calls nobody, so it needs no identity
  name: name
  location: location
  tags: tags
  kind: 'WebPubSub'
  sku: {
    name: sku
    tier: sku == 'Free_F1' ? 'Free' : 'Standard'
    capacity: units
  }
  properties: {
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
    tls: { clientCertEnabled: false }
    // Browsers come from outside; the calls of the app only where there is no network of our own.
    networkACLs: privateNetwork ? {
      defaultAction: 'Allow'
      publicNetwork: { deny: ['RESTAPI', 'ServerConnection', 'Trace'] }
      privateEndpoints: []
    } : null
  }
}

resource liveHub 'Microsoft.SignalRService/webPubSub/hubs@2024-03-01' = {
  parent: service
  name: hub
  properties: {
    // Nobody without a token of the app.
    anonymousConnectPolicy: 'deny'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: service
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
