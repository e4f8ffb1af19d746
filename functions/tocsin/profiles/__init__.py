"""The device profiles shipped with the product, one JSON file each."""

from __future__ import annotations

import json
from importlib.resources import files

from tocsin.domain.profile import Profile, parse_profile


def load_profiles() -> dict[str, Profile]:
    """Read every profile beside this file, by name.

    Raises InvalidProfileError when one is malformed.
    """
    documents = sorted(
        (file for file in files(__name__).iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    profiles = [parse_profile(json.loads(file.read_text(encoding="utf-8"))) for file in documents]
    return {profile.name: profile for profile in profiles}
