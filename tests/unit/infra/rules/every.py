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
        keys.keys_are_off,
        keys.no_setting_or_output_holds_a_key,
        exposure.only_new_tls,
        exposure.closed_where_it_is_private,
        roles.every_role_is_wanted_and_narrow,
        roles.every_role_is_used,
        roles.names_of_roles_follow_what_they_give,
        roles.every_role_says_why_and_finds_its_identity,
        way.the_hub_routes_to_the_stream_by_identity,
        way.the_hub_stamps_what_the_code_reads,
        way.the_app_reads_the_stream,
        way.capture_writes_into_a_container_of_ours,
        containers.containers_are_those_that_the_code_names,
        containers.blob_containers_and_queues_are_there,
        containers.old_blobs_go,
        settings.every_setting_is_read_and_all_that_is_read_is_set,
        settings.the_sample_and_the_deployment_agree,
        settings.settings_lead_to_what_is_deployed,
        app.the_platform_signs_people_in,
        app.the_app_can_start,
        app.always_ready_instances_are_of_functions_that_exist,
        app.prod_stands_in_several_zones,
        alarms.alarms_are_set,
        alarms.alarms_name_what_is_deployed,
        alarms.all_services_are_observed,
        order.modules_wait_for_what_they_need,
        order.every_wait_says_why,
        order.roles_are_given_in_their_steps,
    )
}


def rules_with(local: frozenset[Container]) -> dict[str, Rule]:
    """Every rule, that on the containers of the laptop as well."""
    equal = containers.containers_equal_the_local_ones
    return {**RULES, equal.__name__: partial(equal, local=local)}
