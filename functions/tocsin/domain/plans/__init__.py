"""Plans of sites as they are kept, their orders on the way, and what runs remember."""
