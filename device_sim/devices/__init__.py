"""Simulated devices at work: what they measure, send and obey."""
