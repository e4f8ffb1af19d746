"""Models: what a bundle says of itself, which is active, and how far its devices have drifted."""
