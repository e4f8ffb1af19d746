// The same figures twice: as a workbook in the portal, and for Grafana (infra/dashboards).
param location string
param tags object
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'tocsin')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Tocsin'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: loadTextContent('../../dashboards/workbook.json')
  }
}
