"""Recordings of real machines, read and played as if they were running now."""
