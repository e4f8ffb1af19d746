"""A stored message's columns as one short text, and back (docs/adr/0038-columns-are-packed.md)."""
