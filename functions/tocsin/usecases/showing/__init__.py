"""What is shown of devices and their kinds."""
