"""The app's functions by name, wired to given services."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import azure.functions as func

from tests.unit.tocsin.triggers.contexts import make_context
from tocsin.services import Services
from tocsin.triggers import (
    alerts,
    drift,
    http,
    incidents,
    lateness,
    notify,
    page,
    rebalance,
    rollups,
    telemetry,
    warmup,
)


def functions_of(services: Services) -> dict[str, Callable[..., Any]]:
    """Each function as the worker would call it, which adds the context to those that take it."""
    return functions_from(lambda: services)


def functions_from(services: Callable[[], Services]) -> dict[str, Callable[..., Any]]:
    """The same, over services that are built when they are first needed."""
    app = func.FunctionApp()
    for room in (
        telemetry,
        alerts,
        incidents,
        lateness,
        notify,
        rollups,
        http,
        page,
        rebalance,
        drift,
        warmup,
    ):
        app.register_functions(room.build_blueprint(services))
    return {
        name: _bind_context(name, function.get_user_function())
        for function in app.get_functions()
        if (name := str(function.get_function_name()))
    }


def _bind_context(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if "context" not in inspect.signature(function).parameters:
        return function
    return partial(function, context=make_context(name))
