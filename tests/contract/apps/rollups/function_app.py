"""The product's function roll_up over the database, for a host that has nothing else to do."""

from __future__ import annotations

import functools
import os
from dataclasses import replace

import azure.functions as func

from tests.fakes.services import Plant
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.rollups import CosmosRollups
from tocsin.services import Services
from tocsin.settings import Connection
from tocsin.triggers import rollups


@functools.cache
def services() -> Services:
    connection = Connection("CosmosDB", os.environ["CosmosDB"], None, None)  # noqa: SIM112 (its name)
    stored = CosmosRollups(cosmos_client(connection), os.environ["COSMOS_DATABASE"])
    return replace(Plant().services(), rollups=stored)


app = func.FunctionApp()
app.register_functions(rollups.build_blueprint(services))
