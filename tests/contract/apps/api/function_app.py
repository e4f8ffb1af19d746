"""The product's HTTP API over fakes, with one device, for a host that asks nothing else."""

from __future__ import annotations

import json

import azure.functions as func

from tests.fakes.keys_of_people import KNOWN_KEYS
from tests.fakes.records import device_record
from tests.fakes.services import Plant
from tocsin.triggers import http, page, warmup

plant = Plant()
plant.store.containers["devices"]["rig-1", "rig-1"] = json.dumps(
    device_record("rig-1").to_document()
)

for key in KNOWN_KEYS.values():
    plant.keys.add(key)
plant.workshop.sites.set_access(
    {
        "others": {"*": "act"},
        "people": {
            "elsewhere": {"name": "Eve", "sites": {"south": "act"}},
            # Whatever else is tried out on this API, this admin is let in.
            "linus-1": {"name": "Linus", "sites": {"*": "act"}},
        },
    }
)

app = func.FunctionApp()
app.register_functions(http.build_blueprint(plant.services))
app.register_functions(page.build_blueprint(plant.services))
app.register_functions(warmup.build_blueprint(plant.services))
