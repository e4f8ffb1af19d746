"""What came late: noted, and judged once more in its true order."""
