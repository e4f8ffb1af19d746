"""What the service keeps of one client, and the frames that it exchanges."""
