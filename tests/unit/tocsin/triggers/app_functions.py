"""The app's functions by name, wired to given services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.triggers import (
    alerts,
    http,
    incidents,
    notify,
    page,
    rebalance,
    rollups,
    schedule,
    telemetry,
    warmup,
)


def functions_of(services: Services) -> dict[str, Callable[..., Any]]:
    """Each function as the worker would call it."""
    return functions_from(lambda: services)


def functions_from(services: Callable[[], Services]) -> dict[str, Callable[..., Any]]:
    """The same, over services that are built when they are first needed."""
    app = func.FunctionApp()
    for room in (
        telemetry,
        alerts,
        incidents,
        notify,
        rollups,
        http,
        page,
        rebalance,
        schedule,
        warmup,
    ):
        app.register_functions(room.build_blueprint(services))
    return {
        str(function.get_function_name()): function.get_user_function()
        for function in app.get_functions()
    }
