"""Cosmos DB (NoSQL) stand-in: the REST protocol of the official SDKs over SQLite."""
