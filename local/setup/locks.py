"""Where the locks lie: every release that is installed, exact and with its hashes.

Made by ``python -m local lock``. Imported before anything is installed, so: the standard library
only, and what parses on Python 3.8.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "local/locks"

BUILD = LOCKS / "build.txt"  # pip, and what builds the few releases that come as source
TORCH = LOCKS / "torch.txt"  # alone, since it comes from an index of its own
DEV = LOCKS / "dev.txt"  # everything else a laptop needs
FUNCTIONS = LOCKS / "functions.txt"  # the part of DEV that is deployed, beside TORCH

# PyPI's torch for Linux brings gigabytes of CUDA with it; this index has the CPU build. It is asked
# for nothing else: what a second index serves under a name of the first would be installed too.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# No wheel of this release exists; it is built with the setuptools in BUILD.
BUILT_FROM_SOURCE = "paho-mqtt"
