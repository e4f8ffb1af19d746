"""The product wired to fakes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.access import FakeAccess
from tests.fakes.audit import FakeAuditLog
from tests.fakes.bundle_book import FakeBundleBook
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.incidents import FakeIncidents, FakePlaces
from tests.fakes.keys_of_people import FakeKeys
from tests.fakes.late_notes import FakeLateNotes
from tests.fakes.live import FakeLive
from tests.fakes.marks import FakeAlertMarks
from tests.fakes.messages import NOW, PROBE, PROFILES, RIG
from tests.fakes.meter import FakeMeter
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.notifications import FakeBell, FakeDesks, FakePoison, FakeSender
from tests.fakes.page import fake_page
from tests.fakes.progress import FakeProgress
from tests.fakes.references import FakeReferences
from tests.fakes.rollups import FakeRollups
from tests.fakes.sites import FakeClock, Workshop
from tests.fakes.store import FakeStore
from tests.fakes.targets import FakeTargets
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.traces import FakeTraces
from tocsin.domain.incidents.policy import DEFAULT_POLICY
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.profile import Profile
from tocsin.services import Services
from tocsin.settings import Connection
from tocsin.usecases.access.limit_calls import CallLimits
from tocsin.usecases.notifications.notify_lanes import Lanes
from tocsin.usecases.rollups.roll_up import RollupMemory
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.follow_scoring import ScoringWatch
from tocsin.usecases.scoring.meter_batch import BatchMeter
from tocsin.usecases.scoring.score_readings import Outcome, score_readings
from tocsin.usecases.scoring.show_beside import LiveBeside
from tocsin.usecases.scoring.trace_batch import BatchTrace
from tocsin.usecases.silence.explain_silences import LateMemory
from tocsin.usecases.silence.watch_silence import SilenceMemory

PAGE_URL = "https://tocsin.example"
LIVE = Connection("WebPubSub", None, "https://live.example", None)


def fake_models() -> FakeModels:
    return FakeModels(FakeModel(spec_of(RIG)), FakeModel(spec_of(PROBE)))


@dataclass
class Plant:
    """One of each fake, and the use case over them."""

    store: FakeStore = field(default_factory=FakeStore)
    models: FakeModels = field(default_factory=fake_models)
    thresholds: FakeThresholds = field(default_factory=FakeThresholds)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    live: FakeLive = field(default_factory=FakeLive)
    references: FakeReferences = field(default_factory=FakeReferences)
    memory: DeviceMemory = field(default_factory=DeviceMemory)
    rollup_memory: RollupMemory = field(default_factory=RollupMemory)
    bundle_book: FakeBundleBook = field(default_factory=FakeBundleBook)
    rollups: FakeRollups = field(init=False)
    workshop: Workshop = field(init=False)
    alert_marks: FakeAlertMarks = field(init=False)
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    places: FakePlaces = field(default_factory=FakePlaces)
    desks: FakeDesks = field(default_factory=FakeDesks)
    mail: FakeSender = field(default_factory=FakeSender)
    slack: FakeSender = field(default_factory=FakeSender)
    webhook: FakeSender = field(default_factory=FakeSender)
    bell: FakeBell = field(default_factory=FakeBell)
    poison: FakePoison = field(default_factory=FakePoison)
    lanes: Lanes = field(init=False)
    silence_memory: SilenceMemory = field(default_factory=SilenceMemory)
    late_memory: LateMemory = field(default_factory=LateMemory)
    late_notes: FakeLateNotes = field(default_factory=FakeLateNotes)
    live_beside: LiveBeside = field(init=False)
    # As many calls as a test likes: its clock stands still.
    call_limits: CallLimits = field(default_factory=lambda: CallLimits(burst=1e9))
    address_limits: CallLimits = field(default_factory=lambda: CallLimits(burst=1e9))
    keys: FakeKeys = field(default_factory=FakeKeys)
    traces: FakeTraces = field(default_factory=FakeTraces)
    meter: FakeMeter = field(default_factory=FakeMeter)
    progress: FakeProgress = field(default_factory=FakeProgress)
    record_every_ms: int = 0  # so that what is stored does not depend on how messages are cut
    profiles: Mapping[str, Profile] = field(default_factory=lambda: PROFILES)

    def __post_init__(self) -> None:
        self.rollups = FakeRollups(self.store)
        self.workshop = Workshop(FakeClock(NOW), store=self.store, live=self.live)
        self.alert_marks = FakeAlertMarks(self.store)
        self.live_beside = LiveBeside(self.live, every_s=0, traces=self.traces)
        self.lanes = Lanes(self.read_clock)

    @classmethod
    def around(cls, workshop: Workshop) -> Plant:
        """The plant that *workshop* stands in, over the same database and live service."""
        plant = cls(store=workshop.store, live=workshop.live)
        plant.workshop = workshop
        return plant

    async def score(
        self,
        envelopes: Sequence[Envelope],
        *,
        trace: BatchTrace | None = None,
        meter: BatchMeter | None = None,
    ) -> Outcome:
        """Run one batch, which *trace* and *meter* follow, and let what it shows arrive where the
        live service answers."""
        outcome = await score_readings(
            envelopes,
            profiles=self.profiles,
            memory=self.memory,
            store=self.store,
            models=self.models,
            thresholds=self.thresholds,
            targets=await FakeTargets(self.workshop.sites).current(),
            dead_letters=self.dead_letters,
            live=self.live_beside,
            now_ms=self.workshop.clock,
            record_every_ms=self.record_every_ms,
            trace=trace,
            meter=meter,
        )
        if not self.live.hangs:
            await self.live_beside.settle()
        return outcome

    def restart(self) -> None:
        """Forget what a new process would not know."""
        self.memory = DeviceMemory()
        self.rollup_memory = RollupMemory()
        self.silence_memory = SilenceMemory()
        self.late_memory = LateMemory()
        self.lanes = Lanes(self.read_clock)

    def read_clock(self) -> int:
        """Of the workshop that is there by then."""
        return self.workshop.clock()

    def list_audit(self) -> Iterable[Mapping[str, Any]]:
        """Every document of the audit, wherever a fake keeps it."""
        return [
            *self.store.all("audit"),
            *self.workshop.sites.audit,
            *self.keys.audit,
            *self.desks.audit.values(),
        ]

    def services(self, *, platform_auth: bool = True) -> Services:
        return Services(
            profiles=self.profiles,
            memory=self.memory,
            telemetry=self.store,
            fleet=self.store,
            rollups=self.rollups,
            rollup_memory=self.rollup_memory,
            models=self.models,
            thresholds=self.thresholds,
            feedback=self.store,
            references=self.references,
            bundle_book=self.bundle_book,
            drifts=self.store,
            dead_letters=self.dead_letters,
            letter_box=self.dead_letters,
            live=self.live,
            keys=self.keys,
            audit_log=FakeAuditLog(self.list_audit),
            call_limits=self.call_limits,
            address_limits=self.address_limits,
            access=FakeAccess(self.workshop.sites),
            alert_marks=self.alert_marks,
            incidents=self.incidents,
            places=self.places,
            policy=DEFAULT_POLICY,
            desks=self.desks,
            senders={"email": self.mail, "slack": self.slack, "webhook": self.webhook},
            lanes=self.lanes,
            bell=self.bell,
            poison=self.poison,
            silence_memory=self.silence_memory,
            late_memory=self.late_memory,
            late_notes=self.late_notes,
            progress=self.progress,
            traces=self.traces,
            meter=self.meter,
            scoring_watch=ScoringWatch(
                self.progress, list_refused=self.models.list_refused, now_ms=self.workshop.clock
            ),
            live_beside=self.live_beside,
            twins=self.workshop.twins,
            plans=self.workshop.sites,
            site_settings=self.workshop.sites,
            leases=self.workshop.leases,
            requests=self.workshop.requests,
            planner=self.workshop.planner,
            page=fake_page(LIVE),
            page_url=PAGE_URL,
            platform_auth=platform_auth,
            targets=FakeTargets(self.workshop.sites),
            now_ms=self.workshop.clock,
        )
