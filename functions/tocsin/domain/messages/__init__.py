"""Messages: what devices send, checked value by value and time by time."""
