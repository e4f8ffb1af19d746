"""The composition root: settings in, wired services out. Nothing else builds a client."""

from __future__ import annotations

import functools
import logging
import os
import time

from tocsin.adapters.channels.senders import make_senders
from tocsin.adapters.cosmos.activations import CosmosActivations
from tocsin.adapters.cosmos.audit import CosmosAudit
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.desks import CosmosDesks
from tocsin.adapters.cosmos.incidents import CosmosIncidents
from tocsin.adapters.cosmos.keys import CosmosKeys
from tocsin.adapters.cosmos.late import CosmosLateNotes
from tocsin.adapters.cosmos.marks import CosmosAlertMarks
from tocsin.adapters.cosmos.progress import CosmosProgress
from tocsin.adapters.cosmos.rollups import CosmosRollups
from tocsin.adapters.cosmos.sites import CosmosSites
from tocsin.adapters.cosmos.store import CosmosStore
from tocsin.adapters.insights.choose import choose_meter, choose_traces
from tocsin.adapters.insights.log_records import name_subjects
from tocsin.adapters.iothub import IotHubTwins
from tocsin.adapters.known.access import KnownAccess
from tocsin.adapters.known.limits import KnownLimits
from tocsin.adapters.known.places import KnownPlaces
from tocsin.adapters.known.references import KnownReferences
from tocsin.adapters.known.targets import KnownTargets
from tocsin.adapters.known.thresholds import KnownThresholds
from tocsin.adapters.models.active_references import ActiveReferences
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.adapters.models.stored_bundles import StoredBundles
from tocsin.adapters.page_files import load_page
from tocsin.adapters.planner import plan_in_thread
from tocsin.adapters.storage.blob import BlobFiles, blob_client
from tocsin.adapters.storage.leases import BlobLeases
from tocsin.adapters.storage.letters import BlobDeadLetters
from tocsin.adapters.storage.notify_queue import PoisonQueues, QueueBell
from tocsin.adapters.storage.requests_queue import QueueRequests, queue_client
from tocsin.adapters.webpubsub import WebPubSubLive, webpubsub_client
from tocsin.domain.incidents.policy import Policy
from tocsin.domain.notifications import rings
from tocsin.domain.plans import requests
from tocsin.profiles import load_profiles
from tocsin.services import Services
from tocsin.settings import Settings, find_problems, read_settings
from tocsin.usecases.access.limit_calls import CallLimits
from tocsin.usecases.notifications.notify_lanes import Lanes
from tocsin.usecases.rollups.roll_up import RollupMemory
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.follow_scoring import ScoringWatch
from tocsin.usecases.scoring.show_beside import LiveBeside
from tocsin.usecases.silence.explain_silences import LateMemory
from tocsin.usecases.silence.watch_silence import SilenceMemory

log = logging.getLogger(__name__)


def prepare_process() -> None:
    """What is done once when the worker loads the app, before any function is called.

    Nothing is built and nothing raised: the app has to load for ``health`` to say what it lacks.
    """
    # The worker ships every record at INFO as a log of the function, whatever host.json says, and
    # the SDKs write several for each request: more than all that the app has to say.
    logging.getLogger("azure").setLevel(logging.WARNING)
    name_subjects()
    problems = find_problems(os.environ)
    if problems:
        log.error("The app cannot work with these settings: %s", "; ".join(problems))


@functools.cache
def services() -> Services:
    """The services of this process, built from its environment at the first call.

    Raises InvalidSettingError naming every setting that is missing or malformed.
    """
    settings = read_settings(os.environ)
    blobs = blob_client(settings.blob)
    files = BlobFiles(blobs)
    bundles = PublishedBundles(files.read, _signing_keys(settings))
    database = cosmos_client(settings.cosmos)
    store = CosmosStore(database, settings.database, packs=settings.pack_readings)
    sites = CosmosSites(database, settings.database)
    letters = BlobDeadLetters(blobs)
    progress = CosmosProgress(database, settings.database)
    models = ActiveModels(
        bundles,
        CosmosActivations(database, settings.database),
        refresh_s=settings.model_refresh_s,
        clock_s=time.monotonic,
    )
    live = WebPubSubLive(webpubsub_client(settings.webpubsub, settings.webpubsub_hub))
    twins = IotHubTwins(settings.iothub)
    traces = choose_traces(settings, os.environ)
    return Services(
        profiles=load_profiles(),
        memory=DeviceMemory(),
        telemetry=store,
        fleet=store,
        rollups=CosmosRollups(database, settings.database),
        rollup_memory=RollupMemory(),
        models=models,
        thresholds=KnownThresholds(
            store.device_thresholds,
            KnownLimits(sites, clock_s=time.monotonic).book,
            clock_s=time.monotonic,
        ),
        feedback=store,
        references=KnownReferences(ActiveReferences(bundles), clock_s=time.monotonic),
        bundle_book=StoredBundles(bundles, files.list_versions),
        drifts=store,
        dead_letters=letters,
        letter_box=letters,
        live=live,
        live_beside=LiveBeside(live, traces=traces),
        traces=traces,
        meter=choose_meter(settings, os.environ),
        call_limits=CallLimits(),
        address_limits=CallLimits(),
        audit_log=CosmosAudit(database, settings.database),
        keys=CosmosKeys(database, settings.database),
        access=KnownAccess(sites, clock_s=time.monotonic),
        alert_marks=CosmosAlertMarks(database, settings.database),
        incidents=CosmosIncidents(database, settings.database),
        silence_memory=SilenceMemory(),
        late_memory=LateMemory(),
        late_notes=CosmosLateNotes(database, settings.database),
        places=KnownPlaces(twins, clock_s=time.monotonic),
        policy=Policy(longest_shelf_ms=round(settings.longest_shelf_h * 3_600_000)),
        desks=CosmosDesks(database, settings.database),
        senders=make_senders(settings, _now_ms),
        lanes=Lanes(_now_ms),
        bell=QueueBell(queue_client(settings.queue, rings.QUEUE)),
        poison=PoisonQueues(
            [queue_client(settings.queue, name) for name in (requests.POISON, rings.POISON)]
        ),
        progress=progress,
        scoring_watch=ScoringWatch(progress, list_refused=models.list_refused, now_ms=_now_ms),
        twins=twins,
        plans=sites,
        site_settings=sites,
        leases=BlobLeases(blobs),
        requests=QueueRequests(queue_client(settings.queue)),
        planner=plan_in_thread,
        page=load_page(settings.webpubsub),
        page_url=settings.channels.page_url,
        platform_auth=settings.platform_auth,
        targets=KnownTargets(
            sites,
            usual=settings.false_alerts_per_device_day,
            clock_s=time.monotonic,
        ),
        now_ms=_now_ms,
    )


def _signing_keys(settings: Settings) -> SigningKeys:
    if not settings.model_signing_keys:
        log.warning("MODEL_SIGNING_KEYS is not set: model bundles are taken without a signature")
    return SigningKeys(settings.model_signing_keys)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
