"""Finding the functions of an app, as the Python worker indexes them."""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import os
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func
from azure.functions.decorators.function_app import Function, FunctionRegister

from local.standins.functions_host.app.converters import converter, is_plain, plain_converter
from local.standins.functions_host.app.retries import NO_RETRY, RetryPolicy, parse_retry_policy
from local.standins.functions_host.errors import StartError

TRIGGER_TYPES = (
    "cosmosDBTrigger", "eventHubTrigger", "httpTrigger", "queueTrigger", "timerTrigger",
    "warmupTrigger",
)  # fmt: skip
_NOT_LISTENED = frozenset({"httpTrigger", "warmupTrigger"})
_RETRYABLE = frozenset({"cosmosDBTrigger", "eventHubTrigger", "timerTrigger"})
_MODULE = "function_app"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AppFunction:
    """One function of the app: its code and its trigger binding, as function.json has it.

    takes_plain: the parameter is annotated ``str`` or ``bytes`` and gets the bare value.
    """

    name: str
    call: Callable[..., Any]
    trigger: Mapping[str, Any]
    takes_context: bool = False
    takes_plain: bool = False
    retry: RetryPolicy | None = None
    is_async: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_async", inspect.iscoroutinefunction(self.call))

    @property
    def trigger_type(self) -> str:
        return str(self.trigger["type"])

    @property
    def is_listened(self) -> bool:
        """Whether a listener fetches its work; the host itself calls the others."""
        return self.trigger_type not in _NOT_LISTENED

    @property
    def parameter(self) -> str:
        """The parameter that takes the trigger's value."""
        return str(self.trigger["name"])

    @property
    def decode(self) -> Callable[..., object]:
        """Makes of the trigger's value what the function's parameter takes."""
        plain = plain_converter() if self.takes_plain else converter(self.trigger_type)
        decode: Callable[..., object] = plain.decode
        return decode


def load_functions(app: Path) -> list[AppFunction]:
    """Import the app in the folder *app* and index its functions.

    Changes the working directory and ``sys.path`` as the worker does. Raises StartError naming
    the function and the fix.
    """
    if not (app / f"{_MODULE}.py").is_file():
        raise StartError(f"{_MODULE}.py is missing in {app}: it must define app = FunctionApp()")
    sys.path.insert(0, str(app))
    os.chdir(app)
    try:
        module = importlib.import_module(_MODULE)
    except Exception as error:
        _log.exception("%s.py failed", _MODULE)
        raise StartError(
            f"{_MODULE}.py cannot be imported: {type(error).__name__}: {error}"
        ) from error
    try:
        # Only once: the second call finds its own names taken.
        functions = _register(module).get_functions()
    except (ValueError, KeyError) as error:
        raise StartError(f"{_MODULE}.py: {error}") from error
    if not functions:
        raise StartError(f"{_MODULE}.py has no functions: add one with a trigger decorator")
    return [index(function) for function in functions]


def index(function: Function) -> AppFunction:
    """Check one function's bindings against its signature. Raises StartError."""
    name = str(function.get_function_name())
    bindings = [json.loads(binding) for binding in function.get_raw_bindings()]
    trigger = _trigger(name, bindings)
    call = function.get_user_function()
    annotations = _check_signature(name, call, trigger)
    return AppFunction(
        name=name,
        call=call,
        trigger=trigger,
        takes_context="context" in set(inspect.signature(call).parameters) - {trigger["name"]},
        takes_plain=is_plain(annotations.get(str(trigger["name"])), str(trigger["type"])),
        retry=_retry(name, function, trigger),
    )


def _register(module: ModuleType) -> FunctionRegister:
    found = {
        name: value for name, value in vars(module).items() if isinstance(value, FunctionRegister)
    }
    if not found:
        raise StartError(f"{_MODULE}.py defines no FunctionApp: add app = func.FunctionApp()")
    if len(found) > 1:
        raise StartError(
            f"{_MODULE}.py defines several FunctionApps ({', '.join(sorted(found))}): keep one "
            "and register the others' functions in it as blueprints"
        )
    return next(iter(found.values()))


def _trigger(name: str, bindings: list[dict[str, Any]]) -> dict[str, Any]:
    """The trigger among *bindings*; the only other one allowed is HTTP's return value."""
    triggers = [binding for binding in bindings if binding["type"] in TRIGGER_TYPES]
    for binding in bindings:
        if binding in triggers or (binding["type"] == "http" and binding["name"] == "$return"):
            continue
        if binding["type"] == "http":
            raise StartError(
                f"function {name!r}: the HTTP answer must be the return value ($return), "
                f"not the parameter {binding['name']!r}"
            )
        raise StartError(
            f"function {name!r}: unknown binding type {binding['type']!r}; this host supports "
            f"{', '.join(TRIGGER_TYPES)} and http as $return: write through the SDK instead, "
            "or run with Core Tools"
        )
    return triggers[0]


def _check_signature(
    name: str, call: Callable[..., Any], trigger: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The annotations of *call*."""
    parameters = inspect.signature(call).parameters
    bound = str(trigger["name"])
    if bound not in parameters:
        raise StartError(
            f"function {name!r}: the trigger's argument {bound!r} is not a parameter of the "
            "function: name them alike"
        )
    unbound = sorted(set(parameters) - {bound, "context"})
    if unbound:
        raise StartError(
            f"function {name!r}: no binding for the parameter(s) {', '.join(unbound)}: remove them"
        )
    try:
        annotations = typing.get_type_hints(call)
    except (AttributeError, NameError, TypeError) as error:
        raise StartError(f"function {name!r}: an annotation cannot be read: {error}") from error
    _check_annotations(name, annotations, bound, str(trigger["type"]))
    _check_return(name, annotations, str(trigger["type"]))
    return annotations


def _check_annotations(name: str, annotations: Mapping[str, Any], bound: str, binding: str) -> None:
    annotation = annotations.get(bound)
    if annotation is not None and not _accepts(binding, annotation):
        raise StartError(
            f"function {name!r}: {bound!r} cannot be annotated {annotation}: a {binding} gives "
            "another type (a batch of events is typing.List[func.EventHubEvent])"
        )
    context = annotations.get("context")
    if bound == "context":
        return  # a warm-up function's WarmUpContext
    if context is not None and not (
        isinstance(context, type) and issubclass(context, func.Context)
    ):
        raise StartError(f"function {name!r}: 'context' must be annotated azure.functions.Context")


def _check_return(name: str, annotations: Mapping[str, Any], binding: str) -> None:
    """The real worker refuses the whole app for an HTTP function that says it returns another type.

    Without an annotation it takes whatever comes, and fails on what cannot be sent.
    """
    if binding != "httpTrigger" or "return" not in annotations:
        return
    returned = annotations["return"]
    if not (isinstance(returned, type) and issubclass(returned, func.HttpResponse | str)):
        raise StartError(
            f"function {name!r}: it cannot be annotated to return {returned}: an HTTP function "
            "returns azure.functions.HttpResponse or str"
        )


def _accepts(binding: str, annotation: object) -> bool:
    if is_plain(annotation, binding):
        return True
    try:
        return bool(converter(binding).check_input_type_annotation(annotation))
    except TypeError:  # issubclass() of something that is no class
        return False


def _retry(name: str, function: Function, trigger: Mapping[str, Any]) -> RetryPolicy | None:
    values = function.get_settings_dict("retry_policy")
    if trigger["type"] not in _RETRYABLE:
        if values is not None:
            _log.warning("function %r: a %s heeds no retry policy", name, trigger["type"])
        return NO_RETRY
    if values is None:
        return None  # host.json's, if it has one
    try:
        return parse_retry_policy(values)
    except ValueError as error:
        raise StartError(f"function {name!r}: its retry policy: {error}") from error
