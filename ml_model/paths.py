"""Where bundles and runs lie, and what a bundle's files are called."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUNDLES = ROOT / "ml_model" / "bundles"  # the trained defaults, one folder a profile
RUNS = ROOT / "runs"  # what training and evaluation leave behind

PROGRAM_FILE = "model.pt2"
BUNDLE_FILE = "bundle.json"
