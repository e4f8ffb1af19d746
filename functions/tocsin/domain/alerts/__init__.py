"""Alerts: what readings and silences raise and clear, and what is owed to people of it."""
