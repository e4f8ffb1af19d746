"""What changes seldom, known to every instance within seconds or minutes."""
