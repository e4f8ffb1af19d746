"""The detector and its baselines on 43 multivariate series of TSB-AD-M, by VUS-PR."""
