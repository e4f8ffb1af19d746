"""Devices as they really are, through the running stack: found, named, and nothing passed over."""
