"""The WebSockets of clients: the handshake, the connection and what a client can ask on it."""
