"""The way to the hub and back: messages, connections, the registry."""
