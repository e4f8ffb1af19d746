from __future__ import annotations

import azure.functions as func
from azure.functions.timer import TimerRequest

from tests.fakes.messages import PROFILES, stream
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tocsin.services import Services
from tocsin.triggers import drift


async def test_the_timer_measures_and_saves_the_drift_of_every_profile() -> None:
    plant = Plant()
    await plant.score(stream([8, 8]))
    await functions_of(plant.services())["measure_drift"](TimerRequest())
    for name in PROFILES:
        drift = await plant.store.drift(name)
        assert drift is not None
        assert drift.state == "unknown"


def test_the_schedule_is_a_setting_and_a_failure_is_tried_again_a_few_times() -> None:
    def services() -> Services:
        raise AssertionError("importing and registering build nothing")

    app = func.FunctionApp()
    app.register_functions(drift.build_blueprint(services))
    (function,) = app.get_functions()
    (trigger,) = function.get_bindings_dict()["bindings"]
    assert trigger["schedule"] == "%DRIFT_SCHEDULE%"
    policy = function.get_settings_dict("retry_policy") or {}
    assert (policy["strategy"], policy["max_retry_count"]) == ("fixed_delay", "2")
