"""Planning sites: what is known of them, a plan, its orders, and what became of these."""
