"""What people set for a site."""
