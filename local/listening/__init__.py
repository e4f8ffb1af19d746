"""How a stand-in listens: on this machine alone, to its own callers, and not for ever."""
