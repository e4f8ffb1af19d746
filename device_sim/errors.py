"""What can be wrong with what a person gives the simulator."""

from __future__ import annotations


class SimulatorError(Exception):
    """Base of the errors that end a command with one line and exit code 2."""


class FleetError(SimulatorError):
    """The fleet file cannot be used: names the place in the file and the fix."""


class RecordingError(SimulatorError):
    """A recording cannot be replayed: names the file, the line and the column."""


class RegistryError(SimulatorError):
    """The device registry refused, or could not be reached."""


class UsageError(SimulatorError):
    """A setting or a combination of flags that makes no sense."""


class MessageLimitError(SimulatorError):
    """A message would be larger than the hub or the product accepts."""
