"""Dead letters: listed, and sent their way once more."""
