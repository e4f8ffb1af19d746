"""Whether the system does its work, in words and in figures."""
