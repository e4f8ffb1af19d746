"""One page of a query's results, and where the next one starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import orjson

from local.standins.cosmos.context import Context
from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.json_text import write_json
from local.standins.cosmos.query.paths import Path
from local.standins.cosmos.query.program import Program
from local.standins.cosmos.query.pushdown import Condition
from local.standins.cosmos.query.scan import Position, Scan
from local.standins.cosmos.query.values import UNDEFINED, Value
from local.standins.cosmos.state.resources import Container
from local.standins.cosmos.state.table import Table

MOST_SCANNED: Final = 20_000  # documents a page walks before it lets other requests in
MOST_PAGE_BYTES: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class Page:
    """JSON texts of the results; ``continuation`` is None after the last page."""

    bodies: list[bytes] = field(default_factory=list)
    continuation: str | None = None
    loaded: int = 0
    loaded_bytes: int = 0


@dataclass(slots=True)
class Progress:
    """What a continuation token says: results skipped and given so far, the last row's place."""

    skipped: int = 0
    given: int = 0
    position: Position | None = None


class Pager:
    """Runs one query over one container, within a partition when *key* is given.

    *fingerprint* tells its continuation tokens from those of other queries.
    """

    def __init__(
        self,
        context: Context,
        container: Container,
        program: Program,
        scan: Scan,
        *,
        key: str | None,
        scope: list[Condition],
        fingerprint: str,
    ) -> None:
        self._context = context
        self._container = container
        self._program = program
        self._scan = scan
        self._key = key
        self._offset = program.count(program.select.offset, "OFFSET") or 0
        self._most = program.most
        self._known = _read_key(container, key)
        self._conditions = self._narrow(scope)
        self._fingerprint = fingerprint

    def page(self, token: str | None, size: int) -> Page:
        """At most *size* results from where *token* says."""
        progress = self._progress(token)
        if self._most is not None:
            size = min(size, self._most - progress.given)
        if size <= 0:
            return Page()
        if self._program.counts_rows and self._scan.exact:
            return self._count()
        if self._program.is_per_document and self._scan.order is not None:
            return self._stream(progress, size)
        return self._compute(progress, size)

    def _stream(self, progress: Progress, size: int) -> Page:
        """Walk on from the last row until the page is full and it is known whether more follows."""
        page = Page()
        page_bytes = 0
        for text, position in self._rows(progress, size):
            page.loaded += 1
            page.loaded_bytes += len(text)
            result = self._result(text)
            is_full = len(page.bodies) == size or page_bytes > MOST_PAGE_BYTES
            if (result is not None and is_full) or page.loaded > MOST_SCANNED:
                page.continuation = self._token(progress)
                break
            if result is not None and progress.skipped < self._offset:
                progress.skipped += 1
            elif result is not None:
                page.bodies.append(result)
                progress.given += 1
                page_bytes += len(result)
            progress.position = position
            if progress.given == self._most:
                break
        return page

    def _compute(self, progress: Progress, size: int) -> Page:
        """Compute all results, as groups, joins and DISTINCT need, and cut the page out."""
        page = Page()
        presorted = self._scan.order is not None
        results = self._program.results(self._documents(page), presorted=presorted)
        start = self._offset + progress.given
        page.bodies = [write_json(result) for result in islice(results, start, start + size)]
        progress.given += len(page.bodies)
        is_more = progress.given != self._most and next(results, UNDEFINED) is not UNDEFINED
        if is_more:
            page.continuation = self._token(progress)
        return page

    def _count(self) -> Page:
        """COUNT of all rows, which SQL can do by itself."""
        table = Table(self._context.store, self._container)
        ((count,),) = table.scan(["count(*)"], self._conditions, "", self._index())
        return Page([orjson.dumps(self._program.count_result(count))])

    def _documents(self, page: Page) -> Iterator[Any]:
        for text, _ in self._rows(Progress(), None):
            page.loaded += 1
            page.loaded_bytes += len(text)
            yield orjson.loads(text)

    def _result(self, text: str) -> bytes | None:
        select = self._program.select
        if self._scan.exact and not select.columns:
            return text.encode()
        document = orjson.loads(text)
        if not self._scan.exact and not self._program.accepts(document):
            return None
        result = self._program.result(document)
        return None if result is UNDEFINED else write_json(result)

    def _rows(self, progress: Progress, size: int | None) -> Iterator[tuple[str, Position]]:
        orders = self._scan.order_sql()
        conditions = list(self._conditions)
        if progress.position is not None:
            conditions.append(self._scan.after_sql(progress.position))
        sql = ", ".join(f"{column}{' DESC' if down else ''}" for column, down in orders)
        tail = f"ORDER BY {sql}"
        if size is not None and self._scan.exact:
            # One row more tells whether there is another page.
            tail += f" LIMIT {size + 1 + self._offset - progress.skipped}"
        columns = ["body", *(column for column, _ in orders)]
        table = Table(self._context.store, self._container)
        for text, *place, number in table.scan(columns, conditions, tail, self._index()):
            yield text, Position(tuple(place), number)

    def _narrow(self, scope: list[Condition]) -> list[Condition]:
        conditions = [condition for condition in scope if not condition.pins_partition]
        if self._key is not None:
            conditions.append(Condition("pk = ?", (self._key,), pins_partition=True))
        return conditions + self._scan.where(self._known)

    def _index(self) -> str | None:
        return self._context.indexes.provide(
            self._container,
            self._scan.index_columns(self._known),
            in_partition=self._key is not None,
        )

    def _progress(self, token: str | None) -> Progress:
        if token is None:
            return Progress()
        try:
            parts = orjson.loads(token)
            fingerprint, skipped, given, columns, number = parts
            position = None if number is None else self._read_position(columns, number)
            progress = Progress(_read_count(skipped), _read_count(given), position)
        except (orjson.JSONDecodeError, TypeError, ValueError) as error:
            raise BadRequestError(f"The continuation token {token[:80]!r} is malformed.") from error
        if fingerprint != self._fingerprint:
            raise BadRequestError("The continuation token belongs to another query.")
        return progress

    def _read_position(self, columns: Value, number: Value) -> Position:
        """Raises ValueError unless they are a place in this query's order."""
        is_place = isinstance(columns, list) and len(columns) + 1 == len(self._scan.order_sql())
        if not is_place or any(isinstance(column, (list, dict)) for column in columns):
            raise ValueError("the columns are not those of the order")
        for column in columns:
            if isinstance(column, int) and not -(2**63) <= column < 2**63:
                raise ValueError("a column is out of range")
        return Position(tuple(columns), _read_count(number))

    def _token(self, progress: Progress) -> str:
        place = progress.position
        parts = [self._fingerprint, progress.skipped, progress.given]
        parts += [list(place.columns), place.number] if place else [None, None]
        return orjson.dumps(parts).decode()


def _read_count(value: Value) -> int:
    """Raises ValueError unless *value* is a number of results or of a document."""
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"{value!r} is no count")
    return value


def _read_key(container: Container, key: str | None) -> dict[Path, Value]:
    """What the partition key says about its paths."""
    if key is None:
        return {}
    return dict(zip(container.partitioning.paths, orjson.loads(key), strict=False))
