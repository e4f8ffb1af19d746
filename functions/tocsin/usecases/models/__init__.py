"""What a model says to whoever asks, and how far devices have drifted from it."""
