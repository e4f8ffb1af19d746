"""The Cosmos DB query language: text → syntax tree → SQL for what SQLite can do, closures for all.

Pure: nothing here knows HTTP or holds a database connection.
"""
