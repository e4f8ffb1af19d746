"""Cosmos DB: one file for each thing that is kept there, over one client."""
