"""The function app: registers the blueprints, nothing else."""

import azure.functions as func

from tocsin import bootstrap
from tocsin.triggers import alerts, http, http_plans, rebalance, schedule, telemetry, warmup

app = func.FunctionApp()
for room in (telemetry, alerts, http, http_plans, rebalance, schedule, warmup):
    app.register_functions(room.blueprint(bootstrap.services))
