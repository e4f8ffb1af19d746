"""What SQLite does of a query is exactly what the evaluator would have done."""

from __future__ import annotations

import sqlite3

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.cosmos.query.parser import parse
from local.standins.cosmos.query.program import Program
from local.standins.cosmos.query.scan import Position, Scan, plan_scan
from local.standins.cosmos.query.values import Value

Document = dict[str, Value]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([-0.5, 1.0, 2.5]),
    st.sampled_from(["", "a", "ab", "b", "é", '"', "'", "\\"]),
)
values = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(st.just("x"), scalars))
documents = st.lists(st.dictionaries(st.sampled_from(["a", "b", "it's"]), values), max_size=8)
paths = st.sampled_from(["c.a", "c.b", "c.a.x", 'c["it\'s"]', "c.b[0]", "c.missing"])
constants = scalars.map(lambda value: orjson.dumps(value).decode())

comparisons = st.builds(
    "{} {} {}".format, paths, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), constants
)
flipped = st.builds("{} {} {}".format, constants, st.sampled_from(["=", "<", ">="]), paths)
betweens = st.builds("{} BETWEEN {} AND {}".format, paths, constants, constants)
memberships = st.builds(
    lambda path, found: f"{path} IN ({', '.join(found)})",
    paths,
    st.lists(constants, min_size=1, max_size=4),
)
calls = st.builds(
    "{}({})".format,
    st.sampled_from(["IS_DEFINED", "IS_NULL", "IS_STRING", "IS_NUMBER", "IS_PRIMITIVE"]),
    paths,
)
prefixes = st.builds("STARTSWITH({}, {})".format, paths, st.sampled_from(['""', '"a"', '"é"']))
atoms = st.one_of(comparisons, flipped, betweens, memberships, calls, prefixes)
# NOT is never translated; beside others it must still be heeded.
negations = atoms.map("NOT ({})".format)
predicates = st.recursive(
    st.one_of(atoms, negations),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner),
    max_leaves=6,
)


def prepared(text: str) -> tuple[Program, Scan]:
    program = Program(parse(text), {})
    return program, plan_scan(program.select, program.compiler, program.root)


def table_of(found: list[Document]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE documents (n INTEGER PRIMARY KEY, body TEXT)")
    connection.executemany(
        "INSERT INTO documents (body) VALUES (?)",
        [(orjson.dumps(document).decode(),) for document in found],
    )
    return connection


def rows_of(found: list[Document], scan: Scan, *, after: Position | None = None) -> list[Position]:
    orders = scan.order_sql()
    conditions = scan.where({}) + ([] if after is None else [scan.after_sql(after)])
    where = " AND ".join(["1", *(condition.sql for condition in conditions)])
    sql = (
        f"SELECT {', '.join(column for column, _ in orders)} FROM documents WHERE {where} "
        f"ORDER BY {', '.join(column + (' DESC' if down else '') for column, down in orders)}"
    )
    arguments = [argument for condition in conditions for argument in condition.arguments]
    connection = table_of(found)
    positions = [Position(tuple(row[:-1]), row[-1]) for row in connection.execute(sql, arguments)]
    connection.close()
    return positions


@given(documents, predicates)
def test_the_conditions_keep_what_the_evaluator_accepts(
    found: list[Document], predicate: str
) -> None:
    program, scan = prepared(f"SELECT * FROM c WHERE {predicate}")
    accepted = {n for n, document in enumerate(found, 1) if program.accepts(document)}
    kept = {position.number for position in rows_of(found, scan)}
    assert accepted == kept if scan.exact else accepted <= kept


@given(
    documents,
    atoms,
    st.lists(st.tuples(paths, st.sampled_from(["ASC", "DESC"])), min_size=1, max_size=2),
)
def test_the_order_is_the_evaluators(
    found: list[Document], predicate: str, orders: list[tuple[str, str]]
) -> None:
    clause = ", ".join(f"{path} {direction}" for path, direction in orders)
    program, scan = prepared(
        f"SELECT VALUE [{orders[0][0]}, {orders[-1][0]}] FROM c WHERE {predicate} ORDER BY {clause}"
    )
    by_sql = [found[position.number - 1] for position in rows_of(found, scan)]
    projected = [program.result(document) for document in by_sql if program.accepts(document)]
    assert projected == list(program.results(found))


@given(documents, atoms, st.lists(st.tuples(paths, st.sampled_from(["ASC", "DESC"])), max_size=2))
def test_a_scan_goes_on_after_any_of_its_rows(
    found: list[Document], predicate: str, orders: list[tuple[str, str]]
) -> None:
    clause = ", ".join(f"{path} {direction}" for path, direction in orders)
    order_by = f" ORDER BY {clause}" if clause else ""
    _, scan = prepared(f"SELECT * FROM c WHERE {predicate}{order_by}")
    rows = rows_of(found, scan)
    for index, row in enumerate(rows):
        assert rows_of(found, scan, after=row) == rows[index + 1 :]


@pytest.mark.parametrize(
    "predicate",
    [
        "NOT c.a = 1",
        "c.a = c.b",
        "c.a = [1]",
        "LOWER(c.a) = 'x'",
        "c.a = 9007199254740993",
        "c['a\"b'] = 1",
        "c.a = 1 OR LOWER(c.a) = 'x'",
    ],
)
def test_what_sql_cannot_do_exactly_is_left_to_the_evaluator(predicate: str) -> None:
    _, scan = prepared(f"SELECT * FROM c WHERE {predicate}")
    assert not scan.exact
    assert not scan.conditions


def test_pins_and_index_columns() -> None:
    _, scan = prepared(
        "SELECT * FROM c WHERE c.id = 'x' AND c.kind = 'k' AND c.t > 5 ORDER BY c.t DESC, c.u"
    )
    assert scan.pins == {("id",): "x", ("kind",): "k"}
    assert scan.index_columns({("id",): "x"}) == (
        (("kind",), False), (("t",), False), (("u",), True),
    )  # fmt: skip
    assert len(scan.where({("id",): "x"})) == 2
    assert len(scan.where({("id",): "y"})) == 3


def test_a_long_chain_of_ors_stays_within_sqlites_depth() -> None:
    chain = " OR ".join(f"(c.id = '{n}' AND c.p = {n})" for n in range(1000))
    found: list[Document] = [{"id": "7", "p": 7}, {"id": "8", "p": 9}]
    program, scan = prepared(f"SELECT * FROM c WHERE {chain}")
    assert scan.exact
    assert [position.number for position in rows_of(found, scan)] == [1]
    assert program.accepts(found[0])


def test_an_alias_that_hides_the_document_stops_translation() -> None:
    _, scan = prepared("SELECT VALUE c FROM c JOIN c IN c.tags WHERE c.a = 1")
    assert not scan.conditions
