"""Making a bundle, and making it again."""
