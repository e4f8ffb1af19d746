"""Devices: what is known of each, and how its clock, its rhythm and its sensors behave."""
