"""The function app: prepares its process and registers the blueprints, nothing else."""

import azure.functions as func

from tocsin import bootstrap
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

bootstrap.prepare_process()
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
    app.register_functions(room.build_blueprint(bootstrap.services))
