"""The identity endpoint of the platform: tokens for whoever runs in it, without a key."""
