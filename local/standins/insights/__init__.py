"""Application Insights: takes the spans of the app, and keeps them for whoever looks."""
