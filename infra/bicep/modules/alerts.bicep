// What somebody has to be told of the system itself. What the system says of devices is in the app.
param location string
param tags object
param email string
param workspaceId string
param hubId string
param cosmosId string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-tocsin'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'tocsin'
    enabled: true
    emailReceivers: empty(email) ? [] : [
      {
        name: 'mail'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var searches = [
  {
    name: 'dead-letters'
    text: 'A message could not be used: see the container of dead letters for the reason.'
    severity: 2
    query: loadTextContent('../../dashboards/dead-letters.kql')
    column: 'letters'
    operator: 'GreaterThan'
    threshold: 0
    period: 'PT15M'
  }
  {
    name: 'failed-deliveries'
    text: 'A notification never reached whom it was for: GET deliveries?status=failed has the reason.'
    severity: 2
    query: loadTextContent('../../dashboards/failed-deliveries.kql')
    column: 'deliveries'
    operator: 'GreaterThan'
    threshold: 0
    period: 'PT15M'
  }
  {
    name: 'failed-requests'
    text: 'A request to rebalance a site, or to notify, failed five times and lies in its poison queue.'
    severity: 2
    query: loadTextContent('../../dashboards/failed-requests.kql')
    column: 'requests'
    operator: 'GreaterThan'
    threshold: 0
    period: 'PT15M'
  }
  {
    name: 'scoring-lag'
    text: 'More than a tenth of the telemetry of a quarter of an hour is not read yet.'
    severity: 2
    query: loadTextContent('../../dashboards/scoring-lag.kql')
    column: 'unread_pct'
    operator: 'GreaterThan'
    threshold: 10
    period: 'PT15M'
  }
  {
    name: 'server-errors'
    text: 'The API answers with 5xx.'
    severity: 2
    query: loadTextContent('../../dashboards/server-errors.kql')
    column: 'answers'
    operator: 'GreaterThan'
    threshold: 5
    period: 'PT15M'
  }
  {
    // A search, for a metric that nothing feeds has no value to compare.
    name: 'silent-ingestion'
    text: 'No telemetry reached the stream for half an hour.'
    severity: 1
    query: loadTextContent('../../dashboards/silent-ingestion.kql')
    column: 'received'
    operator: 'LessThan'
    threshold: 1
    period: 'PT30M'
  }
]

resource searchRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [for search in searches: {
  name: search.name
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: search.name
    description: search.text
    severity: search.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: search.period
    autoMitigate: true
    // The tables come into being with their first row, hours after this rule.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: search.query
          metricMeasureColumn: search.column
          timeAggregation: 'Total'
          operator: search.operator
          threshold: search.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}]

var measures = [
  {
    name: 'dropped-telemetry'
    text: 'IoT Hub gave messages up that the stream did not take.'
    severity: 1
    of: hubId
    space: 'Microsoft.Devices/IotHubs'
    metric: 'd2c.telemetry.egress.dropped'
    operator: 'GreaterThan'
    threshold: 0
    dimension: ''
    value: ''
  }
  {
    name: 'database-throttled'
    text: 'The database turned more requests away in a quarter of an hour than retries hide.'
    severity: 2
    of: cosmosId
    space: 'Microsoft.DocumentDB/databaseAccounts'
    metric: 'TotalRequests'
    operator: 'GreaterThan'
    threshold: 100
    dimension: 'StatusCode'
    value: '429'
  }
]

resource measureRules 'Microsoft.Insights/metricAlerts@2018-03-01' = [for measure in measures: {
  name: measure.name
  location: 'global'
  tags: tags
  properties: {
    description: measure.text
    severity: measure.severity
    enabled: true
    scopes: [measure.of]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'limit'
          metricNamespace: measure.space
          metricName: measure.metric
          timeAggregation: measure.metric == 'TotalRequests' ? 'Count' : 'Total'
          operator: measure.operator
          threshold: measure.threshold
          dimensions: empty(measure.dimension) ? [] : [
            {
              name: measure.dimension
              operator: 'Include'
              values: [measure.value]
            }
          ]
          // A metric without a first value is not known yet.
          skipMetricValidation: true
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}]
