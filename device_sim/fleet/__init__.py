"""Which devices stand where, what they can carry, and which tasks there are."""
