"""Charts: stored messages as series, and what they come to by minute and by hour."""
