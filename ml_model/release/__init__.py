"""Publishing bundles, and saying which one scores."""
