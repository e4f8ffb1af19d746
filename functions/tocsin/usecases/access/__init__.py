"""Who may do what: people, programs with keys, and how often they may call."""
