"""The channels by which people are told."""
