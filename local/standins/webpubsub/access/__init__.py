"""Who may call: tokens, and the addresses that they are made out to."""
