"""Scoring: from a batch of events to stored readings, device states, alerts and live messages."""
