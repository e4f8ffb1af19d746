"""The function's in-process path over simulated messages and a store that keeps text in memory."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import azure.functions as func
import numpy as np
from azure.functions.eventhub import EventHubTriggerConverter
from azure.functions.meta import Datum
from numpy.typing import NDArray

from tocsin.adapters.known.thresholds import KnownThresholds
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.devices.newest_message import NewestMessage
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import ChangedMeanwhileError, RefusedError
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.letters.dead_letters import Letter
from tocsin.domain.limits.book import LimitBook
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.models.active_bundle import ACTIVE_FILE, Active, Named
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.packing.messages import pack_messages
from tocsin.domain.profile import Profile
from tocsin.domain.windows.window import History
from tocsin.profiles import load_profiles
from tocsin.triggers.telemetry import parse_envelopes
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import Model, Refusal
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.meter_batch import BatchMeter
from tocsin.usecases.scoring.score_readings import Outcome, score_readings
from tocsin.usecases.scoring.show_beside import LiveBeside
from tocsin.usecases.scoring.trace_batch import BatchTrace

PROFILE: Final = "pump"
BUNDLES: Final = Path(__file__).parents[1] / "ml_model" / "bundles"
READINGS: Final = 10
SEED: Final = 5
START_MS: Final = 1_795_332_000_000
SITES: Final = 4
TARGET_PER_DAY: Final = 0.5


# Of the envelopes of a batch and the time (ms) at which it is scored.
Follow = Callable[[Sequence[Envelope], int], tuple[BatchTrace, BatchMeter]]


class TextStore:
    """The ports that scoring writes to: each document becomes the text of a request.

    ``packs``: whether messages are packed before, as the setting PACK_READINGS says.
    """

    def __init__(self, *, packs: bool = False) -> None:
        self._packs = packs
        self.sent: list[str] = []
        self.dead_letters = 0
        self._latest: dict[str, int] = {}

    async def device(self, device_id: str) -> DeviceRecord | None:  # noqa: ARG002 (knows none)
        return None

    async def find_newer(self, record: DeviceRecord) -> NewestMessage | None:  # noqa: ARG002 (none)
        return None

    async def history(
        self,
        device_id: str,  # noqa: ARG002 (knows none)
        profile: Profile,
        *,
        before_t: int,  # noqa: ARG002
        count: int,  # noqa: ARG002
        epoch: int = 0,  # noqa: ARG002
    ) -> History:
        return History.empty(profile)

    async def stored(
        self,
        device_id: str,  # noqa: ARG002 (knows none)
        profile: Profile,
        *,
        from_t: int,  # noqa: ARG002
        to_t: int,  # noqa: ARG002
    ) -> list[History]:
        return [History.empty(profile)]

    async def save_alerts(self, alerts: Sequence[Alert]) -> list[Refusal]:
        return self._keep([alert.to_document() for alert in alerts])

    async def save_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        return self._keep_messages(messages)

    async def add_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        return self._keep_messages(messages)

    def _keep_messages(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        documents = [message.to_document() for message in messages]
        return self._keep(pack_messages(documents) if self._packs else documents)

    async def save_devices(
        self, devices: Sequence[DeviceRecord]
    ) -> list[str | RefusedError | ChangedMeanwhileError]:
        self._keep([device.to_document() for device in devices])
        return ["stored"] * len(devices)

    async def device_thresholds(self) -> list[DeviceThreshold]:
        return []

    async def limits(self) -> LimitBook:
        return LimitBook()

    async def find_latest(self, profile: str) -> int:
        return self._latest.get(profile, 0)

    async def keep_latest(self, profile: str, at: int) -> None:
        self._latest[profile] = at

    async def put(self, letter: Letter) -> None:
        self.dead_letters += 1
        self._keep([letter.document()])

    async def send(self, site_id: str, message: Document) -> None:  # noqa: ARG002 (one for all)
        self._keep([message])

    def _keep(self, documents: Sequence[Document]) -> list[Refusal]:
        self.sent += [json.dumps(document) for document in documents]
        return [None] * len(documents)


class WatchedModel:
    """A model that remembers the windows of its passes, for the floor to score again."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.spec = model.spec
        self.passes: list[NDArray[np.float32]] = []

    def score(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
        self.passes.append(windows)
        return self.model.score(windows)


class Line:
    """One instance of the function: what it remembers, and how it is wired.

    ``follow``: makes what follows a batch; without it nothing does.
    """

    def __init__(self, *, packs: bool = False, follow: Follow | None = None) -> None:
        self._follow = follow
        self.profile = load_profiles()[PROFILE]
        self.store = TextStore(packs=packs)
        self.models = ActiveModels(
            PublishedBundles(read_committed, SigningKeys()),
            self.store,
            refresh_s=1e9,
            clock_s=lambda: 0.0,
        )
        self.watched: WatchedModel | None = None
        self._memory = DeviceMemory()
        self._live = LiveBeside(self.store, every_s=0)
        self._thresholds = KnownThresholds(
            self.store.device_thresholds, self.store.limits, refresh_s=1e9, clock_s=lambda: 0.0
        )

    async def state(self, profile: Profile) -> ModelState:
        return await self.models.state(profile)

    async def current(self, profile: Profile) -> Model | None:
        """The port Models. Raises RuntimeError when the committed bundle is refused."""
        if self.watched is None:
            model = await self.models.current(profile)
            if model is None:
                raise RuntimeError(f"the bundle of {profile.name!r} is refused; see the log")
            self.watched = WatchedModel(model)
        return self.watched

    async def score(self, events: Sequence[func.EventHubEvent], *, now_ms: int) -> Outcome:
        envelopes = parse_envelopes(events)
        trace, meter = self._follow(envelopes, now_ms) if self._follow else (None, None)
        outcome = await score_readings(
            envelopes,
            profiles={PROFILE: self.profile},
            memory=self._memory,
            store=self.store,
            models=self,
            thresholds=self._thresholds,
            targets=AlertTargets(TARGET_PER_DAY),
            dead_letters=self.store,
            live=self._live,
            now_ms=lambda: now_ms,
            trace=trace,
            meter=meter,
        )
        await self._live.settle()  # what is shown is work of the batch, too
        return outcome


async def read_committed(path: str) -> bytes | None:
    """A file of the committed bundle as the blob container would hold it, active.json included."""
    profile, _, name = path.partition("/")
    bundle = await asyncio.to_thread((BUNDLES / profile / "bundle.json").read_bytes)
    if name == ACTIVE_FILE:
        named = Named(json.loads(bundle)["version"], hashlib.sha256(bundle).hexdigest())
        return Active(named).to_bytes()
    return await asyncio.to_thread((BUNDLES / profile / Path(name).name).read_bytes)


def make_batches(profile: Profile, *, devices: int, count: int) -> list[list[func.EventHubEvent]]:
    """*count* batches, each with the next message of every device, seeded."""
    generator = np.random.default_rng(SEED)
    low = np.array([channel.low for channel in profile.channels])
    high = np.array([channel.high for channel in profile.channels])
    values = generator.normal(size=(count, devices, len(profile.channels), READINGS))
    values = (low + high)[:, np.newaxis] / 2 + (high - low)[:, np.newaxis] / 50 * values
    return [
        make_events(
            [_make_body(profile, seq, columns) for columns in of_batch], end_ms(seq + 1, profile)
        )
        for seq, of_batch in enumerate(values.round(3).tolist())
    ]


def end_ms(count: int, profile: Profile) -> int:
    """The event time at which *count* batches are over."""
    return START_MS + round(count * READINGS * profile.period_s * 1_000)


def _make_body(profile: Profile, seq: int, columns: Sequence[Sequence[float]]) -> bytes:
    first, last = end_ms(seq, profile), end_ms(seq + 1, profile)
    channels = dict(zip(profile.channel_names, columns, strict=True))
    body = {
        "schema": 1,
        "profile": profile.name,
        "seq": seq,
        "t": list(range(first, last, (last - first) // READINGS)),
        "channels": channels,
    }
    return json.dumps(body).encode()


def make_events(bodies: Sequence[bytes], enqueued_ms: int) -> list[func.EventHubEvent]:
    """A message with each of *bodies* from as many devices, as the worker hands a batch over."""
    enqueued = datetime.fromtimestamp(enqueued_ms / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    system = [
        {
            "EnqueuedTimeUtc": enqueued,
            "SequenceNumber": device,
            "Offset": str(device),
            "iothub-connection-device-id": f"pump-{device:03}",
        }
        for device in range(len(bodies))
    ]
    properties = [{"siteId": f"site-{device % SITES}"} for device in range(len(bodies))]
    metadata = {
        "SystemPropertiesArray": system,
        "PropertiesArray": properties,
        "PartitionContext": {"PartitionId": "0"},
    }
    events = EventHubTriggerConverter.decode(
        Datum(SimpleNamespace(bytes=list(bodies)), "collection_bytes"),
        trigger_metadata={
            name: Datum(json.dumps(value), "json") for name, value in metadata.items()
        },
    )
    return list(events) if isinstance(events, list) else [events]
