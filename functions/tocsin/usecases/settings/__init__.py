"""Settings that people change: checked, tried before they are set, and on the record."""
