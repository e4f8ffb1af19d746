"""Models in PuLP, and the solvers behind them. Nothing else here knows PuLP."""
