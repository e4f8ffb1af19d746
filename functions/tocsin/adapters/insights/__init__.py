"""What the app says of its own work, and where that goes."""
