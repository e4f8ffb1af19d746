"""``azure.functions``' own converters between trigger values and what functions see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from azure.functions.eventhub import EventHubTriggerConverter
from azure.functions.meta import Datum, get_binding_registry


class _EventConverter(EventHubTriggerConverter, binding=None):
    """The events' converter, less slow: its base tries six formats on each event's time."""

    @classmethod
    def _parse_datetime(cls, datetime_str: str | None) -> datetime | None:
        try:
            moment = datetime.fromisoformat(datetime_str or "")
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment
        return super()._parse_datetime(datetime_str)


class _PlainConverter:
    """What the real worker takes for a parameter annotated ``str`` or ``bytes``: the trigger's
    value in the form in which it came, whichever of the two is asked for."""

    @classmethod
    def decode(cls, data: Datum, *, trigger_metadata: Mapping[str, Datum]) -> str | bytes | None:  # noqa: ARG003 (the converters' common form)
        if data.type not in {"string", "json", "bytes", None}:
            raise TypeError(f"a {data.type} cannot be handed over as text or bytes")
        value: str | bytes | None = data.value
        return value


def is_plain(annotation: object, binding: str) -> bool:
    """Whether a parameter of this *annotation* takes the bare value of the trigger *binding*."""
    return annotation in (str, bytes) and not converter(binding).has_implicit_output()


def plain_converter() -> type[_PlainConverter]:
    return _PlainConverter


def converter(binding: str) -> Any:  # noqa: ANN401 - converters share no typed interface
    """The converter class of a binding type, such as ``timerTrigger``."""
    if binding == "eventHubTrigger":
        return _EventConverter
    registry = get_binding_registry()  # type: ignore[no-untyped-call]  # not annotated there
    return registry.get(binding)
