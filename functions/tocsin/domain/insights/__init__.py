"""What the app says of its own work."""
