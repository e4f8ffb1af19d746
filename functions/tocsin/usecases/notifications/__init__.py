"""Telling people: their rules, and sending what these ask for."""
