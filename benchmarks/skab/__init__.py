"""The detector and its baselines on the Skoltech Anomaly Benchmark, by its leaderboard's rules."""
