"""All that is wired together: what the triggers hand to the use cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.adapters.page_files import Page
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.incidents.policy import Policy
from tocsin.domain.profile import Profile
from tocsin.usecases.access.limit_calls import CallLimits
from tocsin.usecases.incidents.change_incidents import IncidentRoom
from tocsin.usecases.incidents.join_alerts import join_alerts
from tocsin.usecases.incidents.look_around import Lookout
from tocsin.usecases.incidents.push_alerts import Doors
from tocsin.usecases.lateness.judge_late import LateDesk
from tocsin.usecases.notifications.notify_lanes import Lanes
from tocsin.usecases.notifications.send_deliveries import NotifyRoom
from tocsin.usecases.ports.access import AccessBook, Keys
from tocsin.usecases.ports.audit import AuditLog
from tocsin.usecases.ports.bundles import BundleBook
from tocsin.usecases.ports.incidents import Incidents, Places
from tocsin.usecases.ports.lateness import LateNotes
from tocsin.usecases.ports.letters import LetterBox
from tocsin.usecases.ports.metering import Meter
from tocsin.usecases.ports.notifications import Bell, Desks, PoisonWatch, Senders
from tocsin.usecases.ports.operators import Drifts, Feedback, Fleet, Live, References
from tocsin.usecases.ports.planning import (
    Dispatch,
    Leases,
    Planner,
    Plans,
    Requests,
    SiteSettings,
    Sources,
    Twins,
)
from tocsin.usecases.ports.rollups import Rollups
from tocsin.usecases.ports.scoring import DeadLetters, DeviceThresholds, Models, Telemetry
from tocsin.usecases.ports.showing import AlertMarks, ProgressLog
from tocsin.usecases.ports.targets import TargetBook
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.rollups.roll_up import RollupMemory
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.follow_scoring import ScoringWatch
from tocsin.usecases.scoring.show_beside import LiveBeside
from tocsin.usecases.silence.explain_silences import LateMemory
from tocsin.usecases.silence.watch_silence import Listeners, SilenceMemory


@dataclass(frozen=True, slots=True)
class Services:
    """All that the triggers hand to the use cases."""

    profiles: Mapping[str, Profile]
    memory: DeviceMemory
    telemetry: Telemetry
    fleet: Fleet
    rollups: Rollups
    rollup_memory: RollupMemory
    models: Models
    thresholds: DeviceThresholds
    feedback: Feedback
    references: References
    bundle_book: BundleBook
    drifts: Drifts
    dead_letters: DeadLetters
    letter_box: LetterBox
    live: Live
    access: AccessBook
    keys: Keys
    audit_log: AuditLog
    call_limits: CallLimits
    address_limits: CallLimits
    alert_marks: AlertMarks
    incidents: Incidents
    places: Places
    policy: Policy
    desks: Desks
    senders: Senders
    lanes: Lanes
    bell: Bell
    poison: PoisonWatch
    silence_memory: SilenceMemory
    late_memory: LateMemory
    late_notes: LateNotes
    progress: ProgressLog
    traces: Traces
    meter: Meter
    scoring_watch: ScoringWatch
    live_beside: LiveBeside
    twins: Twins
    plans: Plans
    site_settings: SiteSettings
    leases: Leases
    requests: Requests
    planner: Planner
    page: Page
    page_url: str
    platform_auth: bool
    targets: TargetBook
    now_ms: Callable[[], int]

    @property
    def sources(self) -> Sources:
        return Sources(self.twins, self.fleet, self.plans, self.site_settings)

    @property
    def doors(self) -> Doors:
        return Doors(
            self.live, self.requests, self.alert_marks, self.dead_letters, self._join, self.now_ms,
            traces=self.traces, meter=self.meter,
        )  # fmt: skip

    @property
    def incident_room(self) -> IncidentRoom:
        return IncidentRoom(self.incidents, self.places, self.live, self.now_ms, self.policy)

    @property
    def notify_room(self) -> NotifyRoom:
        return NotifyRoom(
            self.desks, self.incidents, self.senders, self.lanes, self.now_ms, self.page_url,
            meter=self.meter, traces=self.traces,
        )  # fmt: skip

    @property
    def listeners(self) -> Listeners:
        return Listeners(
            self.fleet,
            self.feedback,
            self.telemetry,
            self.progress,
            self.profiles,
            self.silence_memory,
        )

    @property
    def late_desk(self) -> LateDesk:
        return LateDesk(
            self.late_notes,
            self.telemetry,
            self.feedback,
            self.profiles,
            self.models,
            self.thresholds,
            self.targets,
            self.now_ms,
        )

    @property
    def lookout(self) -> Lookout:
        return Lookout(self.fleet, self.plans, self.site_settings, self.references, self.profiles)

    @property
    def dispatch(self) -> Dispatch:
        return Dispatch(self.twins, self.plans, self.live, self.requests, self.now_ms, self.meter)

    async def _join(self, alerts: Sequence[Alert]) -> None:
        await join_alerts(alerts, room=self.incident_room, lookout=self.lookout)
