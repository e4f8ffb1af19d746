"""What the dashboard costs a browser: its first load, an update of a large site, memory."""
