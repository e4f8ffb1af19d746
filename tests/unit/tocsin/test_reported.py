"""What people report of systems like this one, and the tests that hold each kind.

A kind that is not mended in full says so in docs/roadmap.md.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from tests.paths import ROOT

UNIT = "tests/unit"
USECASES = f"{UNIT}/tocsin/usecases"

KINDS: Mapping[str, tuple[str, ...]] = {
    "a clock runs ahead and is put back": (
        f"{USECASES}/scoring/test_clocks.py::test_a_clock_put_right_is_heard_at_once_and_believed_after_a_few_messages",
        f"{USECASES}/scoring/test_clocks.py::test_a_fault_after_a_step_back_raises_and_clears_its_alert",
        f"{USECASES}/incidents/test_seams.py::test_a_second_fault_is_found_after_the_clock_was_put_back",
        f"{USECASES}/incidents/test_seams.py::test_an_alert_from_before_the_clock_was_put_back_can_be_called_normal",
    ),
    "times in another unit": (
        f"{USECASES}/scoring/test_wrong_times.py::test_a_refused_device_is_heard_and_its_record_says_why",
        f"{USECASES}/scoring/test_wrong_times.py::test_times_in_another_unit_are_converted_where_the_profile_places",
        f"{UNIT}/device_sim/recordings/test_csv_files.py::test_a_time_in_another_unit_is_refused_and_no_reading_is_made_up",
    ),
    "a restart without a clock": (
        f"{USECASES}/scoring/test_wrong_times.py::test_readings_of_1970_are_placed_by_arrival_and_marked",
        f"{USECASES}/scoring/test_wrong_times.py::test_a_device_that_reboots_again_and_then_gets_its_clock_is_followed",
    ),
    "a value that no sensor shows": (
        f"{UNIT}/tocsin/test_error_values.py::test_a_failed_read_now_and_then_raises_nothing_and_is_counted",
        f"{UNIT}/tocsin/test_error_values.py::test_a_sensor_that_goes_on_saying_so_is_out_and_the_value_is_named",
    ),
    "one bad cell among good ones": (
        f"{UNIT}/tocsin/domain/messages/test_values.py::test_a_bad_cell_costs_itself_alone_and_is_kept",
        f"{UNIT}/tocsin/domain/messages/test_values.py::test_bad_cells_are_counted_over_messages_and_the_newest_is_known",
    ),
    "messages and buffers that come twice": (
        f"{USECASES}/scoring/test_clocks.py::test_readings_sent_again_under_new_numbers_are_stored_once",
        f"{USECASES}/scoring/test_clocks.py::test_a_recording_played_again_with_its_times_becomes_the_new_now",
        f"{USECASES}/incidents/test_seams.py::test_what_is_known_under_one_profile_is_news_under_another",
    ),
    "messages that overlap": (
        f"{USECASES}/scoring/test_clocks.py::test_of_messages_that_overlap_the_new_part_is_on_time",
        f"{USECASES}/scoring/test_clocks.py::test_sliding_windows_ask_the_database_nothing",
    ),
    "a backlog in any order": (
        f"{USECASES}/scoring/test_clocks.py::test_a_backlog_in_one_batch_raises_its_alert_in_any_order",
        f"{USECASES}/scoring/test_clocks.py::test_a_backlog_newest_first_message_by_message_is_late_and_no_step",
    ),
    "a device that stops sending": (
        f"{USECASES}/silence/test_watch_silence.py::test_a_silent_device_is_told_once_and_cleared_when_it_speaks",
        f"{USECASES}/incidents/test_seams.py::test_a_device_in_alert_that_falls_silent_is_one_incident_with_both",
    ),
    "another pace than the profile's": (
        f"{USECASES}/scoring/test_rhythms.py::test_a_device_slower_than_its_profile_is_not_scored_and_says_so",
        f"{USECASES}/scoring/test_rhythms.py::test_at_any_pace_a_device_is_scored_or_says_why_not",
        f"{USECASES}/scoring/test_rhythms.py::test_a_missing_sensor_of_a_device_that_is_not_scored_raises_an_alert",
        f"{USECASES}/scoring/test_plain_limits.py::test_a_slow_device_that_is_not_scored_calls_by_its_limits_in_its_own_periods",
    ),
    "a new level after maintenance": (
        f"{UNIT}/tocsin/test_new_normal.py::test_a_new_normal_is_shown_before_it_is_set_then_it_clears_and_finds_the_next_fault",
        f"{UNIT}/tocsin/test_second_fault.py::test_a_second_fault_is_raised_beside_an_open_alert",
        f"{USECASES}/incidents/test_seams.py::test_an_alert_beside_an_open_one_joins_its_incident",
    ),
    "a machine that is switched off": (
        f"{USECASES}/scoring/test_operating_states.py::test_a_stop_a_night_and_a_start_are_no_alerts",
        f"{USECASES}/scoring/test_starts.py::test_a_start_that_does_not_reach_its_work_is_an_alert_and_named",
    ),
    "what was learned under another model": (
        f"{USECASES}/scoring/test_new_basis.py::test_what_was_learned_under_one_model_begins_anew_under_the_next",
    ),
    "a device that is heard a little less often than a limit": (
        f"{UNIT}/tocsin/planning/test_watching.py::test_silence_is_judged_by_the_devices_own_rhythm",
        f"{UNIT}/tocsin/planning/test_watching.py::test_who_comes_back_is_waited_for_longer_the_next_time",
        f"{UNIT}/tocsin/planning/test_inputs.py::test_silence_is_told_in_periods_of_the_device",
    ),
    "what cannot be mended hides what can": (
        f"{UNIT}/tocsin/planning/test_unavoidable.py::test_what_cannot_be_helped_hides_nothing",
    ),
    "alerts missed while not connected": (
        f"{USECASES}/showing/test_show_alerts.py::test_alerts_of_a_site_and_of_a_device",
        f"{USECASES}/showing/test_show_alerts.py::test_an_alert_is_shown_as_raised_with_when_it_cleared",
    ),
    "one cause, many alerts": (
        f"{USECASES}/incidents/test_join_alerts.py::test_a_building_that_falls_silent_is_one_incident",
        f"{USECASES}/incidents/test_join_alerts.py::test_what_suffers_from_work_that_fled_a_fault_belongs_to_that_fault",
        f"{USECASES}/incidents/test_push_alerts.py::test_a_flood_of_alerts_asks_in_requests_that_a_queue_takes",
    ),
    "an alert that opens and clears again and again": (
        f"{USECASES}/incidents/test_tend_incidents.py::test_a_flapping_source_is_held_and_then_announced_if_it_stays",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_that_people_report_has_its_tests(kind: str) -> None:
    for name in KINDS[kind]:
        path, _, function = name.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        found = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert function in found, name
