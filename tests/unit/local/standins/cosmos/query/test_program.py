"""Queries over documents in memory: what each clause, operator and function means."""

from __future__ import annotations

import pytest

from local.standins.cosmos.errors import BadRequestError, NotImplementedHereError
from local.standins.cosmos.query.parser import parse
from local.standins.cosmos.query.program import Program
from local.standins.cosmos.query.values import Value

PUMPS = [
    {"id": "1", "site": "a", "load": 3, "tags": ["hot", "old"], "at": {"floor": 2}, "ok": True},
    {"id": "2", "site": "b", "load": 1.5, "tags": ["old"], "at": {"floor": 1}, "ok": False},
    {"id": "3", "site": "a", "load": None, "tags": []},
    {"id": "4", "site": "a"},
]


def run(text: str, **parameters: Value) -> list[Value]:
    named = {f"@{name}": value for name, value in parameters.items()}
    return list(Program(parse(text), named).results(PUMPS))


def ids(where: str, **parameters: Value) -> list[str]:
    return run(f"SELECT VALUE c.id FROM c WHERE {where}", **parameters)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("c.load = 3", ["1"]),
        ("c['load'] = 3", ["1"]),
        ("c.load != 3", ["2", "3"]),
        ("c.load <> 3", ["2", "3"]),
        ("c.load = null", ["3"]),
        ("c.load != null", ["1", "2"]),
        ("c.load > 1", ["1", "2"]),
        ("c.load > '1'", []),
        ("NOT c.load > 2", ["2"]),
        ("NOT (c.load > 2)", ["2"]),
        ("c.load BETWEEN 1 AND 2", ["2"]),
        ("c.load NOT BETWEEN 1 AND 2", ["1"]),
        ("c.site IN ('b', 'z')", ["2"]),
        ("c.site NOT IN ('b', 'z')", ["1", "3", "4"]),
        ("c.site = 'b' OR c.load = 3", ["1", "2"]),
        ("c.site = 'a' AND NOT IS_DEFINED(c.load)", ["4"]),
        ("c.at.floor = 2", ["1"]),
        ("c.tags[0] = 'old'", ["2"]),
        ("c.id LIKE '[12]'", ["1", "2"]),
        ("c.site LIKE '%a'", ["1", "3", "4"]),
        ("c.site NOT LIKE '_'", []),
        ("c.ok", ["1"]),
        ("NOT c.ok", ["2"]),
        ("c.load % 2 = 1", ["1"]),
        ("(c.load + 1) * 2 = 8", ["1"]),
        ("ARRAY_CONTAINS(c.tags, 'hot')", ["1"]),
        ("EXISTS (SELECT VALUE t FROM t IN c.tags WHERE t = 'hot')", ["1"]),
        ("IS_NULL(c.load)", ["3"]),
        ("IS_NUMBER(c.load)", ["1", "2"]),
        ("c.load = undefined", []),
        ("c.missing = c.missing", []),
        ("c.load = @load", ["2"]),
        ("c.site = 'a' -- the rest is a comment", ["1", "3", "4"]),
    ],
)
def test_where(where: str, found: list[str]) -> None:
    assert ids(where, load=1.5) == found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CONTAINS('Pump', 'um')", True),
        ("CONTAINS('Pump', 'UM')", False),
        ("CONTAINS('Pump', 'UM', true)", True),
        ("STARTSWITH('Pump', 'pu', true)", True),
        ("ENDSWITH('Pump', 'mp')", True),
        ("StringEquals('a', 'A', true)", True),
        ("ARRAY_LENGTH([1, 2])", 2),
        ("ARRAY_CONTAINS([{'a': 1, 'b': 2}], {'a': 1}, true)", True),
        ("ARRAY_CONTAINS([{'a': 1, 'b': 2}], {'a': 1})", False),
        ("ARRAY_SLICE([1, 2, 3], 1, 1)", [2]),
        ("ARRAY_CONCAT([1], [2])", [1, 2]),
        ("LOWER('Ab')", "ab"),
        ("UPPER('Ab')", "AB"),
        ("LENGTH('Ab')", 2),
        ("CONCAT('a', 'b', 'c')", "abc"),
        ("'a' || 'b'", "ab"),
        ("SUBSTRING('abcdef', 1, 2)", "bc"),
        ("INDEX_OF('abc', 'c')", 2),
        ("REPLACE('aba', 'a', 'c')", "cbc"),
        ("TRIM(' a ')", "a"),
        ("ABS(-2)", 2),
        ("FLOOR(2.7)", 2),
        ("CEILING(2.1)", 3),
        ("ROUND(2.5)", 3),
        ("ROUND(-2.5)", -3),
        ("ROUND(2.345, 2)", 2.35),
        ("SQRT(9)", 3.0),
        ("POWER(2, 10)", 1024.0),
        ("7 % 3", 1),
        ("8 / 2", 4),
        ("1 / 4", 0.25),
        ("5 & 3", 1),
        ("-(1)", -1),
        ("null ?? 1", None),
        ("undefined ?? 1", 1),
        ("1 < 2 ? 'less' : 'more'", "less"),
        ("IIF(1 > 2, 'less', 'more')", "more"),
        ("IS_DEFINED(undefined)", False),
        ("IS_INTEGER(2.0)", True),
        ("ToString([1])", "[1]"),
        ("StringToNumber('1.5')", 1.5),
        ("RegexMatch('pump-7', '^PUMP', 'i')", True),
        ("[1, undefined, 2]", [1, 2]),
        ("{'a': 1, b: undefined}", {"a": 1}),
        ("1 = 1.0", True),
        ("true = 1", False),
        ("'a' = 1", False),
        ("{'a': [1, 2]} = {'a': [1.0, 2]}", True),
        ("false AND undefined", False),
        ("true OR undefined", True),
        ("GetCurrentTimestamp() > 1700000000000", True),
        ("'it\\'s'", "it's"),
        ('"\\u00e9"', "é"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\ud83d"', "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_expression(expression: str, value: Value) -> None:
    assert run(f"SELECT VALUE {expression}") == [value]
    assert type(run(f"SELECT VALUE {expression}")[0]) is type(value)


@pytest.mark.parametrize(
    "expression",
    ["1 < 'a'", "1 + 'a'", "1 / 0", "LOWER(1)", "[1] < [2]", "NOT 1", "true AND 1", "SQRT(-1)"],
)
def test_senseless_expressions_are_undefined(expression: str) -> None:
    assert run(f"SELECT VALUE {expression}") == []


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("SELECT c.id, c.at.floor FROM c WHERE c.id = '1'", [{"id": "1", "floor": 2}]),
        ("SELECT c.load AS l, c.site s FROM c WHERE c.id = '4'", [{"s": "a"}]),
        ("SELECT c.load + 1 FROM c WHERE c.id = '1'", [{"$1": 4}]),
        ("SELECT VALUE {'n': c.id} FROM c WHERE c.load = 3", [{"n": "1"}]),
        ("SELECT * FROM c WHERE c.id = '4'", [{"id": "4", "site": "a"}]),
        ("SELECT p.id FROM pumps p WHERE p.id = '4'", [{"id": "4"}]),
        ("SELECT VALUE root.id FROM root WHERE root.load > 2", ["1"]),
        ("SELECT VALUE COUNT(1) FROM c", [4]),
        ("SELECT VALUE COUNT(c.load) FROM c", [3]),
        ("SELECT VALUE SUM(c.load) FROM c WHERE IS_NUMBER(c.load)", [4.5]),
        ("SELECT VALUE SUM(c.load) FROM c", []),
        ("SELECT VALUE AVG(c.load) FROM c WHERE c.load > 0", [2.25]),
        ("SELECT VALUE AVG(c.load) FROM c WHERE c.load > 9", []),
        ("SELECT MIN(c.load) AS low, MAX(c.id) AS high FROM c", [{"low": None, "high": "4"}]),
        ("SELECT COUNT(1) FROM c", [{"$1": 4}]),
        (
            "SELECT c.site, COUNT(1) AS n, MAX(c.load) + 1 AS m FROM c GROUP BY c.site",
            [{"site": "a", "n": 3, "m": 4}, {"site": "b", "n": 1, "m": 2.5}],
        ),
        ("SELECT DISTINCT VALUE c.site FROM c", ["a", "b"]),
        ("SELECT DISTINCT c.site FROM c", [{"site": "a"}, {"site": "b"}]),
        ("SELECT VALUE t FROM c JOIN t IN c.tags", ["hot", "old", "old"]),
        (
            "SELECT c.id, t AS tag FROM c JOIN t IN c.tags WHERE t = 'hot'",
            [{"id": "1", "tag": "hot"}],
        ),
        ("SELECT VALUE t FROM t IN c.tags", ["hot", "old", "old"]),
        ("SELECT VALUE at.floor FROM c.at", [2, 1]),
        (
            "SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags) FROM c WHERE c.load = 3",
            [["hot", "old"]],
        ),
        ("SELECT VALUE (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c", [2, 1, 0, 0]),
    ],
)  # fmt: skip
def test_select(text: str, results: list[Value]) -> None:
    assert run(text) == results


def test_order_goes_by_type_then_value() -> None:
    mixed = [{"v": v} for v in ["b", 2, None, [1], True, "a", {"x": 1}, -1, False]]
    documents = [*mixed, {}]
    program = Program(parse("SELECT VALUE [c.v] FROM c ORDER BY c.v"), {})
    expected = [[], [None], [False], [True], [-1], [2], ["a"], ["b"], [[1]], [{"x": 1}]]
    assert list(program.results(documents)) == expected


def test_order_by_several_paths() -> None:
    text = "SELECT VALUE c.id FROM c ORDER BY c.site DESC, c.id DESC"
    assert run(text) == ["2", "4", "3", "1"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("SELECT", "expected a value"),
        ("SELECT * FROM c WHERE", "the end of the query"),
        ("SELECT * FROM c WHERE c.a ==  1", "expected a value"),
        ("SELECT * FROM c ORDER c.a", "expected the end of the query"),
        ("SELECT * FROM c WHERE c.a = 'x", "unexpected"),
        ("SELECT * FROM c WHERE d.a = 1", "'d' could not be resolved"),
        ("SELECT * FROM c WHERE c.a = @a", "@a"),
        ("SELECT * FROM c JOIN t IN c.tags", "single input set"),
        ("SELECT * FROM c WHERE COUNT(1) > 2", "aggregate"),
        ("SELECT c.id, c.id FROM c", "selected twice"),
        ("SELECT * FROM c WHERE LOWER() = 'a'", "0 arguments"),
        ("SELECT * FROM c WHERE " + "(" * 300 + "1" + ")" * 300, "nests deeper"),
        ("SELECT VALUE 1, 2", "one expression"),
    ],
)
def test_a_wrong_query_is_refused_with_its_reason(text: str, part: str) -> None:
    with pytest.raises(BadRequestError, match=part):
        run(text)


@pytest.mark.parametrize("text", ["SELECT VALUE ST_DISTANCE(1, 2)", "SELECT VALUE udf.f(1)"])
def test_what_is_lacking_is_named(text: str) -> None:
    with pytest.raises(NotImplementedHereError, match="not supported"):
        run(text)


@pytest.mark.parametrize("count", ["many", -1, 1.5, 1e30, None])
def test_top_wants_a_whole_number(count: Value) -> None:
    program = Program(parse("SELECT TOP @n * FROM c"), {"@n": count})
    with pytest.raises(BadRequestError, match="TOP takes a whole number"):
        _ = program.most
