"""The warm-up trigger: the platform calls it on a new instance before there is work for it."""

from __future__ import annotations

from collections.abc import Callable

import azure.functions as func
from azure.functions.warmup import WarmUpContext

from tocsin.services import Services
from tocsin.usecases.scoring.warm_up import warm_up as load


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The function warm_up over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("warm_up")
    @app.warm_up_trigger(arg_name="warmup")
    async def warm_up(warmup: WarmUpContext) -> None:  # noqa: ARG001 (the indexer wants it)
        wired = services()
        await load(wired.profiles.values(), wired.models)

    return app
