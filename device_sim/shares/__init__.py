"""A large fleet in several processes: each works a share of the devices, and all log as one."""
