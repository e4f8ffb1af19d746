"""One message's way through a deployment, looked at from outside."""
