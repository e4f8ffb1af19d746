"""Where recordings come from: files, the simulated fleet, stored readings; and what is checked."""
