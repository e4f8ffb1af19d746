"""Dead letters: what could not be used, kept whole."""
