"""Calling: which threshold is rarely enough passed, and when an alert is made of that."""
