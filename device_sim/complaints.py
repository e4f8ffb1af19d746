"""What goes wrong with many devices at once, said once."""

from __future__ import annotations

import sys


class Complaints:
    """What went wrong, once a topic, on standard error: a hub that is away fails every device."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, topic: str, text: str) -> None:
        if topic not in self._said:
            self._said.add(topic)
            sys.stderr.write(text + "\n")
