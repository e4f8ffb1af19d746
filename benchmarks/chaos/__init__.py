"""The whole local system under kills and failing services: what is lost, doubled, late."""
