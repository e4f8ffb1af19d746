"""The app's functions by name, wired to given services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.triggers import alerts, http, rebalance, schedule, telemetry, warmup


def functions_of(services: Services) -> dict[str, Callable[..., Any]]:
    """Each function as the worker would call it."""
    app = func.FunctionApp()
    for room in (telemetry, alerts, http, rebalance, schedule, warmup):
        app.register_functions(room.blueprint(lambda: services))
    return {str(one.get_function_name()): one.get_user_function() for one in app.get_functions()}
