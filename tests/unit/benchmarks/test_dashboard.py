"""What the benchmark of the page feeds it fits what the API says of itself."""

from __future__ import annotations

import json

from benchmarks.dashboard.samples import API, RECORDS, make_sample, make_samples
from benchmarks.dashboard.watching import find_median, find_p95


def test_a_sample_has_every_field_that_its_record_must_have() -> None:
    schemas = json.loads(API.read_text(encoding="utf-8"))["components"]["schemas"]
    samples = make_samples()
    assert samples.keys() == set(RECORDS)
    for name, sample in samples.items():
        assert set(schemas[name].get("required", ())) <= sample.keys(), name


def test_the_smallest_value_of_a_schema() -> None:
    schemas = {"Colour": {"enum": ["red", "blue"]}}
    record = {
        "type": "object",
        "required": ["name", "colour", "since", "list"],
        "properties": {
            "name": {"type": "string"},
            "colour": {"$ref": "#/components/schemas/Colour"},
            "since": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "list": {"type": "array"},
            "more": {"type": "number"},
        },
    }
    expected: dict[str, object] = {"name": "", "colour": "red", "since": None, "list": []}
    assert make_sample(record, schemas) == expected
    assert make_sample({"type": "integer", "minimum": 3}, {}) == 3


def test_a_median_and_a_95th_percentile() -> None:
    times = [float(number) for number in range(101)]
    assert (find_median(times), find_p95(times)) == (50.0, 95.0)
