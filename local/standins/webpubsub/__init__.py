"""A stand-in for Azure Web PubSub: the service's REST and its WebSocket client protocols."""
