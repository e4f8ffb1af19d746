// The few secrets of others (a mail server's password, a Slack address). Nothing of Tocsin's own.
param name string
param location string
param tags object

@allowed([
  'Enabled'
  'Disabled'
])
param publicAccess string
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  // checkov:skip=CKV_AZURE_109:denied with privateNetwork, else open to identities with a role on it
  // checkov:skip=CKV_AZURE_189:off with privateNetwork
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: publicAccess
    networkAcls: { defaultAction: publicAccess == 'Enabled' ? 'Allow' : 'Deny', bypass: 'None' }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}
