"""Readings by minute and by hour."""
