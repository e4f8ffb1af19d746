"""How well and how fast fleets of growing size are rebalanced, beside plain ways to do it."""
