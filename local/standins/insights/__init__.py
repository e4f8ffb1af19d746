"""Application Insights: takes spans and metrics of the app, and keeps them for those who look."""
