"""The commands of ``python -m device_sim``: flags, and what each one does."""
