"""A session with the hub: what is sent, what became of it, how it goes."""
