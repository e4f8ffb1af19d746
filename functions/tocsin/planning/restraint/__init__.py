"""What of a plan is carried out: nothing that harms a receiver, nothing that is not worth it."""
