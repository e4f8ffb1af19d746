"""What healthy devices measure: one file a profile, pure and seeded."""
