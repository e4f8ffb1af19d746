"""Managed identities on a laptop: who they are, which roles they have, and what a role allows."""
