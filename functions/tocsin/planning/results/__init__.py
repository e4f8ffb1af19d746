"""From a plan to what is stored, said and ordered."""
