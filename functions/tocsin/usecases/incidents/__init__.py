"""Incidents: made of alerts, tended by the clock, and what people do about them."""
