"""The search for a site's best plan, step by step, as far as the proof asks for."""
