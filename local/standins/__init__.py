"""Local services over the real protocols, one product a folder."""
