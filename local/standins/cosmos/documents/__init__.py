"""The documents of a container: single ones, batches, queries and the change feed."""
