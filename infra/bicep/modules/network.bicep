// The network in which the app reaches its services.
param name string
param location string
param tags object

// The app only calls out and the endpoints are only called from within: the default rules, which let
// in nobody from the Internet, are all that is needed.
resource rules 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: {
    securityRules: []
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/16'] }
    subnets: [
      {
        name: 'app'
        properties: {
          // 250 instances; a Flex app's subnet is delegated to Container Apps, not to Web.
          addressPrefix: '10.20.0.0/24'
          networkSecurityGroup: { id: rules.id }
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.20.1.0/24'
          networkSecurityGroup: { id: rules.id }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

output id string = network.id
output appId string = '${network.id}/subnets/app'
output endpointsId string = '${network.id}/subnets/endpoints'
