using 'main.bicep'

// The least that works: one zone, open to the Internet by identity, nothing kept long.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param signInClientId = readEnvironmentVariable('SIGN_IN_CLIENT_ID', '00000000-0000-0000-0000-000000000000')
param deployerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param zoneRedundant = false
param privateNetwork = false
param hubUnits = 1
param partitions = 4
param streamHours = 24
param captureDays = 0
param databaseThroughput = 0
param alwaysReady = 0
param maximumInstances = 40
param liveUnits = 0
param logDays = 30
param logCapGb = 1
param budget = 100
