// The function app: the page, the API, scoring, rebalancing. Who may use it is decided here as well.
param names object
param location string
param tags object
param identityId string
param identityClientId string
param signInClientId string
param secretSettings object
param modelSigningKeys string
param mailServer string
param mailFrom string
param pageAddress string
param subnetId string
param alwaysReady int
param maximumInstances int
param zoneRedundant bool
param workspaceId string

resource host 'Microsoft.Storage/storageAccounts@2026-04-01' existing = { name: names.host }

resource lake 'Microsoft.Storage/storageAccounts@2026-04-01' existing = { name: names.lake }

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = { name: names.cosmos }

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' existing = { name: names.hub }

resource webPubSub 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = {
  name: names.webPubSub
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = { name: names.component }

// The platform signs in to Entra ID with the app's identity in place of a client secret.
var secretlessSignIn = 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'

// The app's own host name, put together here: an app cannot ask itself for it in its settings.
var page = empty(pageAddress) ? 'https://${names.app}.azurewebsites.net' : pageAddress

// Names without a suffix are read by the product, those with __credential by the host's triggers.
// On Flex Consumption a trigger without __credential and __clientId does not wake the app.
var settings = [
  { name: 'AzureWebJobsStorage__blobServiceUri', value: host.properties.primaryEndpoints.blob }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: host.properties.primaryEndpoints.queue }
  { name: 'AzureWebJobsStorage__tableServiceUri', value: host.properties.primaryEndpoints.table }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
  { name: 'TelemetryHub__fullyQualifiedNamespace', value: '${names.events}.servicebus.windows.net' }
  { name: 'TelemetryHub__credential', value: 'managedidentity' }
  { name: 'TelemetryHub__clientId', value: identityClientId }
  { name: 'TELEMETRY_EVENT_HUB', value: names.stream }
  { name: 'TELEMETRY_CONSUMER_GROUP', value: names.consumerGroup }
  { name: 'CosmosDB__accountEndpoint', value: cosmos.properties.documentEndpoint }
  { name: 'CosmosDB__credential', value: 'managedidentity' }
  { name: 'CosmosDB__clientId', value: identityClientId }
  { name: 'COSMOS_DATABASE', value: names.database }
  { name: 'BlobStorage__serviceUri', value: lake.properties.primaryEndpoints.blob }
  { name: 'BlobStorage__clientId', value: identityClientId }
  { name: 'IotHub__hostName', value: hub.properties.hostName }
  { name: 'IotHub__clientId', value: identityClientId }
  { name: 'WebPubSub__serviceUri', value: 'https://${webPubSub.properties.hostName}' }
  { name: 'WebPubSub__clientId', value: identityClientId }
  { name: 'WEB_PUBSUB_HUB', value: names.liveHub }
  { name: 'AzureWebJobsDisableHomepage', value: 'true' }
  { name: 'MODEL_REFRESH_S', value: '30' }
  { name: 'MODEL_SIGNING_KEYS', value: modelSigningKeys }
  { name: 'FALSE_ALERTS_PER_DEVICE_DAY', value: '0.5' }
  { name: 'TRACE_SHARE', value: '0.01' }
  { name: 'METRICS_EVERY_S', value: '60' }
  { name: 'PACK_READINGS', value: 'false' }
  { name: 'LONGEST_SHELF_H', value: '12' }
  { name: 'TOCSIN_PAGE', value: page }
  { name: 'SMTP_URL', value: mailServer }
  { name: 'MAIL_FROM', value: mailFrom }
  { name: 'DRIFT_SCHEDULE', value: '0 7 * * * *' }
  { name: 'REBALANCE_SCHEDULE', value: '*/15 * * * * *' }
  {
    // An address: the component takes no telemetry by the key in it, only by identity.
    name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
    value: component.properties.ConnectionString
  }
  {
    name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
    value: 'Authorization=AAD;ClientId=${identityClientId}'
  }
  { name: secretlessSignIn, value: identityClientId }
]
var secrets = [for setting in items(secretSettings): {
  name: setting.key
  value: '@Microsoft.KeyVault(VaultName=${names.vault};SecretName=${setting.value})'
}]

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_225:by the parameter zoneRedundant
  name: 'plan-${names.app}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_222:people and machines come from outside, and sign in
  // checkov:skip=CKV_AZURE_17:they sign in with Entra ID, not with certificates
  // checkov:skip=CKV_AZURE_212:Flex Consumption has alwaysReady instead
  // checkov:skip=CKV_AZURE_213:Flex Consumption has no health check of the platform
  name: names.app
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      appSettings: concat(settings, secrets)
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${host.properties.primaryEndpoints.blob}${names.package}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'python', version: '3.11' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady == 0 ? [] : [
          { name: 'function:score_telemetry', instanceCount: alwaysReady }
          { name: 'http', instanceCount: alwaysReady }
        ]
      }
    }
  }
}

// Passwords for publishing: off. A deployment comes by Entra ID.
resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

// People by a cookie, machines by a bearer token, both of the same app registration (ADR 0017).
// While this is on the platform strips a principal header that a caller made up, and says so to the
// app (WEBSITE_AUTH_ENABLED), which serves nobody otherwise.
resource signIn 'Microsoft.Web/sites/config@2025-03-01' = {
  // checkov:skip=CKV_AZURE_13:this very resource turns it on, in the second version of these settings
  // checkov:skip=CKV_AZURE_63:a setting of web apps; requests are in Application Insights
  // checkov:skip=CKV_AZURE_65:a setting of web apps; the app logs its own failures
  // checkov:skip=CKV_AZURE_66:a setting of web apps; failed requests are in Application Insights
  // checkov:skip=CKV_AZURE_80:the app runs Python
  // checkov:skip=CKV_AZURE_88:Flex Consumption takes its package from a blob
  // checkov:skip=CKV_AZURE_222:a property of the site, see there
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    globalValidation: {
      // The page and health are for everyone; every other route of the app answers 401 by itself.
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: signInClientId
          clientSecretSettingName: secretlessSignIn
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [signInClientId, 'api://${signInClientId}'] }
      }
    }
    login: {
      // Nobody uses the tokens after signing in.
      tokenStore: { enabled: false }
    }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    // Logs come by Application Insights.
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

// What messages link to: so the first call after a deployment finds it, or says that it leads nowhere.
output page string = page
