"""Devices: what is known of each, and the records and messages that keep it."""
