"""Reports what goes wrong with many devices at once only once."""

from __future__ import annotations

import sys


class Complaints:
    """Writes one line a topic to standard error: a hub that is away fails every device."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, topic: str, text: str) -> None:
        if topic not in self._said:
            self._said.add(topic)
            sys.stderr.write(text + "\n")
