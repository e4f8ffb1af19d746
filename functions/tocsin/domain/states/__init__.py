"""Operating states: whether a device is off, idle, starting or running, and how each is judged."""
