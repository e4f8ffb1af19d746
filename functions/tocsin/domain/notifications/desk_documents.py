"""A site's desk out of its documents in ``notifications``, whatever one of them has become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.notifications.desk import Board, Desk
from tocsin.domain.notifications.documents import BOARD, DELIVERY, read_board, read_delivery
from tocsin.domain.notifications.rule import Switch
from tocsin.domain.notifications.rule_documents import RULE, SWITCH, read_rule, read_switch

Part = TypeVar("Part")
Document = Mapping[str, Any]
Tell = Callable[[DamagedDocumentError], None]


def read_desk(site_id: str, documents: Sequence[Document], mark: str | None, tell: Tell) -> Desk:
    """The desk out of all that is kept of a site but for deliveries that are over.

    mark: of the stored state. tell: is handed the error of each damaged document, which is left
    out. A board that is damaged counts as a new one: what is open is said again, since it is not
    known to whom it was said; with none at all, nobody would ever hear of the site again. A switch
    that is damaged counts as on, for the same reason.
    """
    boards = _read_all(BOARD, read_board, documents, tell)
    switches = _read_all(SWITCH, read_switch, documents, tell)
    return Desk(
        site_id,
        next(iter(boards), Board()),
        _read_all(RULE, read_rule, documents, tell),
        next(iter(switches), Switch()),
        _read_all(DELIVERY, read_delivery, documents, tell),
        mark,
    )


def _read_all(
    kind: str, read: Callable[[Document], Part], documents: Sequence[Document], tell: Tell
) -> tuple[Part, ...]:
    found: list[Part] = []
    for document in documents:
        if document.get("type") == kind:
            try:
                found.append(read(document))
            except DamagedDocumentError as error:
                tell(error)
    return tuple(found)
