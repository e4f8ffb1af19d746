"""What goes wrong: faults of readings and of work, and when each happens."""
