"""Maintenance windows: set, tried on the past, taken away, and announced."""
