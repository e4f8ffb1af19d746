"""Takes pictures of all that the dashboard shows, from a running demo, to be looked at."""
