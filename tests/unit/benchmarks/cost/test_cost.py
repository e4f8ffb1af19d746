"""The estimate of costs holds together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cost.__main__ import measure
from benchmarks.cost.documents import measure_wire, price_ours, price_single
from benchmarks.cost.fleet import size_fleet
from benchmarks.cost.prices import read_prices
from benchmarks.cost.scale_out import simulate


def test_larger_messages_cost_less_and_single_documents_most() -> None:
    units = [price_ours(readings).request_units for readings in (1, 5, 30, 60)]
    assert units == sorted(units, reverse=True)
    single, pruned = price_single(pruned=False), price_single(pruned=True)
    assert single.request_units > pruned.request_units > price_ours(5).request_units
    assert price_ours(60).bytes_per_value < price_ours(5).bytes_per_value


def test_a_message_of_the_fleet_is_metered_once_by_the_hub() -> None:
    assert measure_wire(5) < measure_wire(30) < 4 * 1024


@pytest.mark.parametrize("devices", [1, 100, 1_000, 10_000, 100_000])
def test_a_fleet_gets_what_its_messages_need(devices: int) -> None:
    size = size_fleet(devices, read_prices())
    units, tier = size.hub.split(" x ")
    a_day = {"S1": 400_000, "S2": 6_000_000, "S3": 300_000_000}[tier]
    assert int(units) * a_day >= size.messages_per_s * 86_400
    assert size.stream_units * 1_000 >= size.messages_per_s
    assert size.device_month == pytest.approx(sum(size.month.values()) / devices, abs=0.02)


def test_what_the_app_says_of_itself_is_paid_for_and_grows_no_faster_than_the_fleet() -> None:
    sizes = [size_fleet(devices, read_prices()) for devices in (100, 1_000, 10_000, 100_000)]
    each = [size.logs_gb_day / size.devices for size in sizes]
    assert each == sorted(each, reverse=True)
    assert all(size.month["logs"] < sum(size.month.values()) / 4 for size in sizes)
    assert any("daily cap" in limit for limit in sizes[2].limits)


def test_limits_are_named_where_they_bite() -> None:
    assert size_fleet(100, read_prices()).limits == ()
    assert any("partitions" in limit for limit in size_fleet(100_000, read_prices()).limits)


@given(load=st.floats(0, 500), backlog=st.floats(0, 1e6), partitions=st.integers(1, 32))
def test_never_more_instances_than_partitions(load: float, backlog: float, partitions: int) -> None:
    found = simulate(load=load, backlog=backlog, partitions=partitions, target=256, throughput=270)
    assert 1 <= found.most_instances <= partitions


def test_a_load_beyond_all_partitions_is_never_caught_up_with() -> None:
    assert simulate(load=600, backlog=1, partitions=2, target=256, throughput=270).seconds is None
    slow = simulate(load=500, backlog=50_000, partitions=2, target=256, throughput=270)
    fast = simulate(load=500, backlog=50_000, partitions=8, target=256, throughput=270)
    assert slow.seconds is not None
    assert fast.seconds is not None
    assert fast.seconds < slow.seconds


def test_the_whole_says_when_and_where_its_prices_are_of() -> None:
    figures = measure()
    assert figures["prices"]["entered"] == "2026-11-27"
    assert figures["currency"] == "USD"
    assert {fleet["devices"] for fleet in figures["fleets"]} == {100, 1_000, 10_000, 100_000}
    shares = figures["shares"]
    assert shares["5"] < 0.25
    assert max(shares["30"], shares["60"], shares["600"]) < 0.1, "a tenth was aimed at"
    assert figures["per_million_readings"]["600"]["bytes_per_value"] < 3.5
