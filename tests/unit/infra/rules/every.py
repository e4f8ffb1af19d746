"""All rules in one list."""

from __future__ import annotations

from functools import partial

from tests.unit.infra.deployment import Rule
from tests.unit.infra.rules import alarms, app, containers, exposure, keys, order, roles, settings
from tests.unit.infra.rules import stream as way
from tests.unit.infra.rules.containers import Container

RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        keys.check_keys_are_off,
        keys.check_no_setting_holds_a_key,
        exposure.check_tls,
        exposure.check_access,
        roles.check_roles,
        roles.check_roles_are_used,
        roles.check_names_of_roles,
        roles.check_reasons_of_roles,
        way.check_route,
        way.check_enrichments,
        way.check_stream,
        way.check_capture,
        containers.check_containers_are_used,
        containers.check_blobs_and_queues,
        containers.check_old_blobs_go,
        settings.check_settings_are_read_and_set,
        settings.check_declared_are_deployed,
        settings.check_values_of_settings,
        app.check_sign_in,
        app.check_start,
        app.check_always_ready,
        app.check_zones,
        alarms.check_alarms,
        alarms.check_targets_of_alarms,
        alarms.check_diagnostics,
        order.check_order,
        order.check_reasons_of_order,
        order.check_steps_of_roles,
    )
}


def list_rules(local: frozenset[Container]) -> dict[str, Rule]:
    """Every rule, that on the containers of the laptop as well."""
    equal = containers.check_containers_equal
    return {**RULES, equal.__name__: partial(equal, local=local)}
