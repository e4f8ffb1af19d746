"""Exported programs: run from their own graph, which is data."""
