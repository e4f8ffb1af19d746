// Who is who. Each acts for one thing only, so that a role given to one is worth nothing elsewhere.
param location string
param tags object
param withCapture bool

@description('The function app, towards every service.')
resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-app'
  location: location
  tags: tags
}

@description('IoT Hub, towards the telemetry stream. Not its system identity: that exists only after the hub, which is refused without the role.')
resource hub 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-hub'
  location: location
  tags: tags
}

@description('Event Hubs Capture, towards the lake.')
resource capture 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (withCapture) {
  name: 'id-capture'
  location: location
  tags: tags
}

output appId string = app.id
output appClientId string = app.properties.clientId
output hubId string = hub.id
output captureId string = withCapture ? capture.id : ''
output principals object = {
  app: app.properties.principalId
  hub: hub.properties.principalId
  capture: withCapture ? capture!.properties.principalId : ''
}
// The subject of the app registration's federated credential (docs/azure.md).
output signInPrincipalId string = app.properties.principalId
