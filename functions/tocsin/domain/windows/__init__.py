"""Windows: the last readings of a device, ending at each reading to be scored."""
