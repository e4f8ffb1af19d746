"""How a child process tells its parent that it serves: one line of JSON on standard output.

Everything else a stand-in has to say goes to standard error.
"""

import json
import sys


def announce(**facts: object) -> None:
    """Print the ready line with *facts* (ports, addresses, paths) and flush it."""
    sys.stdout.write(json.dumps({"ready": True, **facts}) + "\n")
    sys.stdout.flush()
