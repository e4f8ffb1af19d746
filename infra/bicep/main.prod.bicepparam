using 'main.bicep'

// Several zones, a network of its own, room for some thousand devices.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param signInClientId = readEnvironmentVariable('SIGN_IN_CLIENT_ID', '00000000-0000-0000-0000-000000000000')
param deployerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param zoneRedundant = true
param privateNetwork = true
param hubUnits = 2
param partitions = 32
param streamHours = 168
param captureDays = 90
param databaseThroughput = 10000
param alwaysReady = 2
param maximumInstances = 100
param liveUnits = 1
param logDays = 90
param logCapGb = 10
param budget = 1500
