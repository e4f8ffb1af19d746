"""Queries that no client means, but one may send."""

from __future__ import annotations

from hypothesis import strategies as st

from local.standins.cosmos.query.functions import FUNCTIONS

LITERALS = st.sampled_from(
    [
        "0", "1", "-1", "1.5", ".5", "1.", "00", "1e999", "-1e999", "1e308", "1e-999", "9" * 20,
        "9" * 400, "9" * 5000, "18446744073709551615", "18446744073709551616", "٣", "2e3",
        "'text'", "''", "'%'", "'['", "'[^]'", "'[z-a]'", "'a{9999999999}'", "'(' ", "'1e999'",
        "'\\ud800'", "'\\u0000'", "true", "null", "undefined", "[]", "{}", "[1, [2]]",
        "{'a': {'b': 1}}", "'" + "[" * 300 + "]" * 300 + "'",
    ]
)  # fmt: skip
PATHS = st.sampled_from(
    ["c", "c.a", "c.b", "c.n", "c.u", "c.f", "c.a[0]", "c['a']", "c.a.a[0]", "c.none.none", "x"]
)
OPERATORS = [
    "+", "-", "*", "/", "%", "|", "&", "^", "<<", ">>", ">>>", "||", "=", "!=", "<", "<=", ">",
    ">=", "AND", "OR", "??",
]  # fmt: skip


def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Every form that an expression can take over smaller ones."""
    pair = st.tuples(inner, inner)
    triple = st.tuples(inner, inner, inner)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("({}{})".format, st.sampled_from(["-", "+", "~", "NOT "]), inner),
        st.builds("{}[{}]".format, PATHS, inner),
        pair.map(lambda p: f"({p[0]} LIKE {p[1]})"),
        triple.map(lambda t: f"({t[0]} LIKE {t[1]} ESCAPE {t[2]})"),
        triple.map(lambda t: f"({t[0]} BETWEEN {t[1]} AND {t[2]})"),
        triple.map(lambda t: f"({t[0]} IN ({t[1]}, {t[2]}))"),
        triple.map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
        pair.map(lambda p: f"[{p[0]}, {p[1]}]"),
        pair.map(lambda p: f"{{'a': {p[0]}, 'b': {p[1]}}}"),
        inner.map(lambda e: f"(SELECT VALUE {e})"),
        inner.map(lambda e: f"ARRAY(SELECT VALUE {e} FROM t IN c.a)"),
        inner.map(lambda e: f"EXISTS(SELECT VALUE t FROM t IN {e})"),
        st.builds(
            lambda name, arguments: f"{name}({', '.join(arguments)})",
            st.sampled_from(sorted([*FUNCTIONS, "COUNT", "SUM", "AVG", "MIN", "MAX", "NONE"])),
            st.lists(inner, max_size=3),
        ),
    )


EXPRESSIONS = st.recursive(LITERALS | PATHS | st.just("@p"), extend, max_leaves=8)
QUERIES = st.one_of(
    EXPRESSIONS.map("SELECT VALUE {} FROM c".format),
    st.builds("SELECT {} AS x, {} AS y FROM c".format, EXPRESSIONS, EXPRESSIONS),
    EXPRESSIONS.map("SELECT * FROM c WHERE {}".format),
    EXPRESSIONS.map("SELECT * FROM c ORDER BY {}".format),
    st.builds("SELECT DISTINCT TOP {} {} FROM c".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT * FROM c OFFSET {} LIMIT {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT {} FROM c GROUP BY {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT VALUE {} FROM c JOIN t IN {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT VALUE t FROM t IN {} WHERE {}".format, PATHS, EXPRESSIONS),
    st.text(max_size=40).map("SELECT {}".format),
    st.text(max_size=40),
)
