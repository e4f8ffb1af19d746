"""From settings, twins and device states to a rebalancing problem; all of it checked."""
