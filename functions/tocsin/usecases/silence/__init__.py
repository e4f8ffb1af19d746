"""Devices that say nothing: told, and explained once they speak."""
