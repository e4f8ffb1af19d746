// Who is told before it becomes dear.
param amount int
param start string
param email string

var told = {
  enabled: true
  operator: 'GreaterThanOrEqualTo'
  contactEmails: empty(email) ? [] : [email]
  contactRoles: ['Owner']
}

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'budget-tocsin'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
    notifications: {
      half: union(told, { threshold: 50, thresholdType: 'Actual' })
      nearly: union(told, { threshold: 90, thresholdType: 'Actual' })
      foreseen: union(told, { threshold: 100, thresholdType: 'Forecasted' })
    }
  }
}
