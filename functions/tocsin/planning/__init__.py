"""Which device runs which task: the rebalancing problem, its formulation and its solution."""
