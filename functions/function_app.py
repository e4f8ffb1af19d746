"""The function app: prepares its process and registers the blueprints, nothing else."""

import azure.functions as func

from tocsin import bootstrap
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

bootstrap.prepare_process()
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
    app.register_functions(room.build_blueprint(bootstrap.services))
