"""What a share's process and the one that started it say to each other: a JSON object a line.

The parent writes to the child's standard input, the child to its standard output.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# From the parent. The end of the input means both STOP: nobody is there to answer to any more.
KEYS = "keys"  # first of all: the devices' keys by device
BEGIN = "begin"  # every share is connected; the time of the beginning in ms
STOP = "stop"  # once: end production; once more: end the drain

# From the child.
CONNECTED = "connected"  # how many of its devices are
READY = "ready"  # all are
APPEND = "append"  # the name of a growing file of the log; with LINE
REPLACE = "replace"  # the name of a file of the log; with LINES, all of this share's
LINE, LINES = "line", "lines"
TALLY = "tally"  # the counts so far; with WAITING
WAITING = "waiting"

LONGEST_LINE = 1 << 26  # the truth of a share that ran for days is one line


def encode_line(words: Mapping[str, Any]) -> bytes:
    return json.dumps(words, separators=(",", ":")).encode() + b"\n"
