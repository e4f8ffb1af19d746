"""What the product keeps of a run: the documents in its database, and its dead letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.clients import open_blobs, open_cosmos
from local.endpoints import Endpoints
from local.identities.grants import OBSERVER
from local.prepare import DATABASE
from tocsin.domain.packing.messages import unpack_columns

Document = Mapping[str, Any]
Key = tuple[str, str]  # partition key and id: what makes a document one

QUERIES = {
    "readings": "SELECT c.deviceId, c.id, c.firstT, c.packed, c.t, c.channels FROM c",
    "alerts": "SELECT c.deviceId, c.id, c.t, c.type FROM c",
    "plans": "SELECT * FROM c WHERE c.type = 'plan'",
    "incidents": "SELECT c.siteId, c.id, c.deviceIds FROM c WHERE c.type = 'incident'",
}
PAGE = 1_000  # a large run has a hundred thousand documents
ANSWERS = "response_ms"  # the channel of devices that run tasks


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored at one moment.

    - ``readings``: documents with deviceId, id, t (ms).
    - ``answers``: the readings documents of devices that run tasks: deviceId, id, t, response_ms.
    - ``alerts``: documents with deviceId, id, t, type.
    - ``plans``: whole documents.
    - ``incidents``: documents with siteId, id, deviceIds.
    - ``dead_letters``: the names of the files.
    """

    readings: Sequence[Document] = ()
    answers: Sequence[Document] = ()
    alerts: Sequence[Document] = ()
    plans: Sequence[Document] = ()
    dead_letters: frozenset[str] = frozenset()
    incidents: Sequence[Document] = ()

    def without(self, earlier: Stored) -> Stored:
        """What was not there yet *earlier*: the part of a run that began with the data of others.

        A document of *earlier* that was changed since still counts as earlier.
        """
        return Stored(
            readings=_leave_out(self.readings, earlier.readings, "deviceId"),
            answers=_leave_out(self.answers, earlier.answers, "deviceId"),
            alerts=_leave_out(self.alerts, earlier.alerts, "deviceId"),
            plans=_leave_out(self.plans, earlier.plans, "siteId"),
            dead_letters=self.dead_letters - earlier.dead_letters,
            incidents=_leave_out(self.incidents, earlier.incidents, "siteId"),
        )

    def list_answers(self) -> dict[str, list[tuple[int, float]]]:
        """By device its measured answers, (event time in ms, answer in ms), in order of time."""
        answers: dict[str, list[tuple[int, float]]] = {}
        for document in self.answers:
            measured = zip(document["t"], document[ANSWERS], strict=True)
            answers.setdefault(document["deviceId"], []).extend(
                (t, ms) for t, ms in measured if ms is not None
            )
        return {device: sorted(found) for device, found in answers.items()}


def load_stored(endpoints: Endpoints) -> Stored:
    """Ask the services for all they hold. Raises AzureError when they do not answer."""
    with open_cosmos(endpoints, OBSERVER) as client:
        database = client.get_database_client(DATABASE)

        def query(container: str, text: str) -> list[Document]:
            found = database.get_container_client(container).query_items(
                text, enable_cross_partition_query=True, max_item_count=PAGE
            )
            return list(found)

        stored, alerts, plans, incidents = (query(name, text) for name, text in QUERIES.items())
        readings, answers = unpack_all(stored)
    with open_blobs(endpoints, OBSERVER, "stlake") as blobs:
        names = frozenset(blobs.get_container_client("dead-letters").list_blob_names())
    return Stored(readings, answers, alerts, plans, names, incidents)


def unpack_all(stored: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """The readings and the answers in the messages that are *stored*."""
    readings: list[Document] = []
    answers: list[Document] = []
    for document in map(unpack_columns, stored):
        reading = {name: document[name] for name in ("deviceId", "id", "t")}
        readings.append(reading)
        measured = document.get("channels", {}).get(ANSWERS)
        if measured is not None:
            answers.append({**reading, ANSWERS: measured})
    return readings, answers


def list_keys(documents: Iterable[Document], partition: str) -> set[Key]:
    """What identifies *documents*, whose partition key is the field *partition*."""
    return {(document[partition], document["id"]) for document in documents}


def _leave_out(
    documents: Sequence[Document], earlier: Sequence[Document], partition: str
) -> list[Document]:
    known = list_keys(earlier, partition)
    return [
        document for document in documents if (document[partition], document["id"]) not in known
    ]
