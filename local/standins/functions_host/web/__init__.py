"""What the host serves over HTTP: the app's routes and the administration endpoints."""
