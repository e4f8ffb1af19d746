"""One call of a function: its context, its time-out, its retries."""
