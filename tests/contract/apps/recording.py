"""How the sample apps tell a test what their functions were given: lines of JSON in a file."""

import json
import os
import time
from pathlib import Path


def record(**facts: object) -> None:
    """Append *facts* and the time to the file that RECORD_FILE names."""
    line = json.dumps({"at": time.time(), **facts}) + "\n"
    with Path(os.environ["RECORD_FILE"]).open("a", encoding="utf-8") as file:
        file.write(line)


def should_fail() -> bool:
    """Whether the test wants functions to fail: it makes the file that FAIL_FILE names."""
    return Path(os.environ["FAIL_FILE"]).exists()
