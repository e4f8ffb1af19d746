"""Judging: from scores to what is anomalous, by what is usual for the device."""
