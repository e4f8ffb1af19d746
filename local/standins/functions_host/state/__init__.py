"""What the host keeps in the storage account: keys, checkpoints, leases, status of timers."""
