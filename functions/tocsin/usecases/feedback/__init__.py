"""What operators say of alerts: what was normal, and what is from now on."""
