"""The host's errors."""

from __future__ import annotations


class StartError(Exception):
    """The app cannot be started as it is; the message names the thing and the fix."""


class MissingSettingError(StartError):
    """A setting that the app refers to has no value."""

    def __init__(self, name: str, wanted_by: str) -> None:
        super().__init__(
            f"{wanted_by} wants the setting {name!r}, which has no value: set it in the "
            f'environment or under "Values" in local.settings.json'
        )
        self.name = name
