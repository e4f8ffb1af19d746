from __future__ import annotations

import importlib
import json
import logging
import re
import sys
import typing

import azure.functions as func
import pytest
from azure.functions.meta import get_binding_registry

from tests.paths import ROOT
from tests.unit.tocsin.schemas import checked
from tocsin import bootstrap
from tocsin.app_settings.declared import BY_NAME, SETTINGS, Source

SETTING_NAMES = [
    setting.name for setting in SETTINGS if setting.source in {Source.EVERYWHERE, Source.PLATFORM}
]


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> list[func.Function]:
    """The app's functions, imported without a single setting."""
    for name in ("CosmosDB", "BlobStorage", "WebPubSub"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delitem(sys.modules, "function_app", raising=False)
    app: func.FunctionApp = importlib.import_module("function_app").app
    return app.get_functions()


def test_app_that_lacks_settings_says_so_once_when_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
    bootstrap.prepare_process()
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    bound = [name for name in SETTING_NAMES if BY_NAME[name].default is None]
    assert all(name in record.getMessage() for name in bound)


def test_loading_the_app_keeps_the_sdks_requests_out_of_its_log() -> None:
    sdk = logging.getLogger("azure")
    before = sdk.level
    try:
        sdk.setLevel(logging.NOTSET)
        bootstrap.prepare_process()
        policy = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
        assert not policy.isEnabledFor(logging.INFO)
        assert policy.isEnabledFor(logging.WARNING)
    finally:
        sdk.setLevel(before)


def bindings(function: func.Function) -> list[dict[str, object]]:
    return [json.loads(raw) for raw in function.get_raw_bindings()]


def test_importing_the_app_registers_every_function(functions: list[func.Function]) -> None:
    assert {function.get_function_name() for function in functions} == {
        "score_telemetry",
        "push_alerts",
        "sweep_alerts",
        "tend_incidents",
        "watch_silence",
        "announce_windows",
        "explain_silences",
        "judge_late",
        "end_lost_alerts",
        "ring_sites",
        "notify",
        "notifications",
        "switch_notifications",
        "deliveries",
        "notification_rules",
        "set_notification_rule",
        "remove_notification_rule",
        "preview_notification_rule",
        "try_notification_rule",
        "incidents",
        "incident",
        "acknowledge_incident",
        "shelve_incident",
        "unshelve_incident",
        "close_incident",
        "comment_incident",
        "judge_incident",
        "alarm_performance",
        "maintenance",
        "set_window",
        "remove_window",
        "preview_window",
        "dead_letters",
        "device_feedback",
        "give_device_feedback",
        "forget_device_feedback",
        "call_device_normal",
        "preview_limits",
        "device_limits",
        "dead_letter",
        "replay_dead_letter",
        "roll_up",
        "health",
        "openapi",
        "detect",
        "factors",
        "places",
        "audit",
        "me",
        "keys",
        "create_key",
        "revoke_key",
        "show_access",
        "change_access",
        "show_alert_targets",
        "change_alert_targets",
        "preview_alert_target",
        "docs",
        "alerts",
        "zz_no_route",
        "page",
        "page_file",
        "metrics",
        "negotiate",
        "show_model",
        "profiles",
        "devices",
        "device",
        "device_readings",
        "warm_up",
        "measure_drift",
        "rebalance_fleet",
        "rebalance_on_request",
        "plans",
        "latest_plan",
        "plan",
        "run_plan",
        "show_optimiser",
        "change_optimiser",
        "show_overrides",
        "change_overrides",
        "show_tasks",
        "change_tasks",
        "show_limits",
        "change_limits",
    }


def test_annotations_are_those_that_the_worker_takes(functions: list[func.Function]) -> None:
    for function in functions:
        hints = typing.get_type_hints(function.get_user_function())
        for binding in bindings(function):
            if binding["direction"] == "IN":
                registry = get_binding_registry()  # type: ignore[no-untyped-call]  # the SDK's own
                converter = registry.get(binding["type"])
                assert converter.check_input_type_annotation(hints[str(binding["name"])])


def test_routes_are_those_of_the_design(functions: list[func.Function]) -> None:
    routes = sorted(
        (
            str(binding["route"]).removeprefix("api/"),
            *typing.cast(list[str], binding.get("methods", [])),
        )
        for function in functions
        for binding in bindings(function)
        if binding["type"] == "httpTrigger"
    )
    assert routes == [
        ("/", "GET", "HEAD"),
        ("access", "GET"),
        ("access", "PATCH"),
        ("alarm-performance", "GET"),
        ("alert-targets", "GET"),
        ("alert-targets", "PATCH"),
        ("alert-targets/preview", "POST"),
        ("alerts", "GET"),
        ("audit", "GET"),
        ("dead-letters", "GET"),
        ("dead-letters/{id}", "GET"),
        ("dead-letters/{id}/replay", "POST"),
        ("deliveries", "GET"),
        ("detect", "POST"),
        ("devices", "GET"),
        ("devices/{id}", "GET"),
        ("devices/{id}/feedback", "DELETE"),
        ("devices/{id}/feedback", "GET"),
        ("devices/{id}/feedback", "POST"),
        ("devices/{id}/limits", "GET"),
        ("devices/{id}/limits/preview", "POST"),
        ("devices/{id}/normal", "POST"),
        ("devices/{id}/readings", "GET"),
        ("docs", "GET"),
        ("factors", "GET"),
        ("health", "GET"),
        ("incidents", "GET"),
        ("incidents/{id}", "GET"),
        ("incidents/{id}/acknowledge", "POST"),
        ("incidents/{id}/close", "POST"),
        ("incidents/{id}/comment", "POST"),
        ("incidents/{id}/feedback", "POST"),
        ("incidents/{id}/shelve", "POST"),
        ("incidents/{id}/unshelve", "POST"),
        ("keys", "GET"),
        ("keys", "POST"),
        ("keys/{id}", "DELETE"),
        ("maintenance", "GET"),
        ("maintenance/preview", "POST"),
        ("maintenance/{id}", "DELETE"),
        ("maintenance/{id}", "PUT"),
        ("me", "GET"),
        ("metrics", "GET"),
        ("models/{profile}", "GET"),
        ("negotiate", "GET"),
        ("notification-rules", "GET"),
        ("notification-rules/preview", "POST"),
        ("notification-rules/{id}", "DELETE"),
        ("notification-rules/{id}", "PUT"),
        ("notification-rules/{id}/try", "POST"),
        ("notifications", "GET"),
        ("notifications", "PUT"),
        ("openapi.json", "GET"),
        ("places", "GET"),
        ("plans", "GET"),
        ("plans/latest", "GET"),
        ("plans/run", "POST"),
        ("plans/{version:int}", "GET"),
        ("profiles", "GET"),
        ("settings/limits", "GET"),
        ("settings/limits", "PATCH"),
        ("settings/optimiser", "GET"),
        ("settings/optimiser", "PATCH"),
        ("settings/overrides", "GET"),
        ("settings/overrides", "PATCH"),
        ("settings/tasks", "GET"),
        ("settings/tasks", "PATCH"),
        ("{*path}",),
        ("{file}", "GET", "HEAD"),
    ]


def test_telemetry_is_retried_for_ever_and_bodies_come_as_bytes(
    functions: list[func.Function],
) -> None:
    by_name = {function.get_function_name(): function for function in functions}
    for name in ("score_telemetry", "roll_up"):
        policy = by_name[name].get_settings_dict("retry_policy") or {}
        assert policy["max_retry_count"] == "-1"
        assert policy["strategy"] == "exponential_backoff"
    (trigger,) = bindings(by_name["score_telemetry"])
    assert (trigger["cardinality"], trigger["dataType"]) == ("MANY", "BINARY")
    (feed,), (other,) = bindings(by_name["push_alerts"]), bindings(by_name["roll_up"])
    for followed in (feed, other):
        assert followed["createLeaseContainerIfNotExists"] is False
        assert followed["startFromBeginning"] is True
    assert feed.get("leaseContainerPrefix") != other["leaseContainerPrefix"]


def test_settings_that_bindings_name_are_in_the_sample(functions: list[func.Function]) -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    declared = [binding for function in functions for binding in bindings(function)]
    named = {str(binding["connection"]) for binding in declared if "connection" in binding}
    for binding in declared:
        named |= set(re.findall(r"%(\w+)%", json.dumps(binding)))
    assert {"TelemetryHub", "CosmosDB", "TELEMETRY_EVENT_HUB", "COSMOS_DATABASE"} <= named
    assert named <= sample.keys()


def test_host_json_follows_its_schema() -> None:
    document = json.loads((ROOT / "functions" / "host.json").read_text(encoding="utf-8"))
    assert checked(document, "host.schema.json", "version-2") == []


def test_what_runs_by_itself_says_so_only_when_it_fails(functions: list[func.Function]) -> None:
    """The host's lines about each run would be more than all that the app has to say."""
    host = json.loads((ROOT / "functions" / "host.json").read_text(encoding="utf-8"))
    levels = host["logging"]["logLevel"]
    by_itself = {
        function.get_function_name()
        for function in functions
        if bindings(function)[0]["type"] not in {"httpTrigger", "warmupTrigger"}
    }
    quiet = {f"Function.{name}": "Warning" for name in by_itself}
    # The longest prefix counts: what the app itself says there is still told.
    told = {f"Function.{name}.User": "Information" for name in by_itself}
    assert levels == {"default": "Information", **quiet, **told}


def test_services_are_built_once_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    for name, value in sample.items():
        monkeypatch.setenv(name, value)
    bootstrap.services.cache_clear()
    try:
        services = bootstrap.services()
        assert services is bootstrap.services()
        assert services.platform_auth is True
        assert services.now_ms() > 1_700_000_000_000
        assert "pump" in services.profiles
    finally:
        bootstrap.services.cache_clear()
