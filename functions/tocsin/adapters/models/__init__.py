"""Model bundles: where they are published, what vouches for them, and which is active."""
