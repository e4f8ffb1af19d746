"""Listeners, one a trigger type: each reads its service through the official SDK."""
