"""Behaviour: how a device's clock, its rhythm and its sensors go while all is well."""
