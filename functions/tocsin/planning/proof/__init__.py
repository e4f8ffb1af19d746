"""What no plan can beat: a bound from prices, and the prices that make it high."""
