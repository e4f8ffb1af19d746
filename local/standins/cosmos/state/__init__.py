"""What the account keeps: a SQLite file, and the layout of keys and resource ids in it."""
