"""Azure Storage: blobs, leases and queues."""
