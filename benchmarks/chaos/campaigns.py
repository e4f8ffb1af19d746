"""The campaigns: what is done to the system while its devices send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.chaos.scene import Scene, Span
from benchmarks.chaos.trouble import CUT, HANGING, SLOW, TOO_MANY, UNAVAILABLE, Trouble
from local.endpoints import Endpoints
from local.processes import Child

PARTS = ("azurite", "cosmos", "functions_host", "iothub", "webpubsub")
REST_S = 5.0  # in which the system may recover before the next blow

Act = Callable[[Scene], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Campaign:
    """``act`` returns when what was wrong; it has ``duration_s`` of the fleet's time."""

    name: str
    act: Act
    duration_s: float
    small_disk: bool = False


def kill_two(scene: Scene) -> list[Span]:
    spans = []
    for _ in range(3):
        scene.wait(scene.rng.uniform(4.0, 12.0))
        spans.append(scene.kill(scene.rng.sample(PARTS, 2), away_s=scene.rng.uniform(1.0, 4.0)))
    return spans


def freeze_parts(scene: Scene) -> list[Span]:
    spans = []
    for name in scene.rng.sample(PARTS, len(PARTS)):
        scene.wait(scene.rng.uniform(2.0, 5.0))
        spans.append(scene.freeze(name, for_s=6.0))
    return spans


def trouble_cosmos(scene: Scene) -> list[Span]:
    troubles = [TOO_MANY, UNAVAILABLE, CUT, SLOW, HANGING]
    return _trouble(scene, "cosmos", troubles)


def trouble_storage(scene: Scene) -> list[Span]:
    return _trouble(scene, "storage", [TOO_MANY, UNAVAILABLE, SLOW, HANGING])


def trouble_webpubsub(scene: Scene) -> list[Span]:
    return _trouble(scene, "webpubsub", [TOO_MANY, UNAVAILABLE, CUT, SLOW])


def take_storage_away(scene: Scene) -> list[Span]:
    scene.wait(5.0)
    return [scene.trouble("storage", CUT, for_s=60.0)]


def hang_webpubsub(scene: Scene) -> list[Span]:
    scene.wait(10.0)
    return [scene.trouble("webpubsub", HANGING, for_s=30.0)]


def run_two_hosts(scene: Scene) -> list[Span]:
    """A second functions host takes part of the work; then the first is killed, and returns."""
    first = scene.stack.children["functions_host"]
    command = list(first.command)
    command[command.index("--port") + 1] = str(Endpoints.free(scene.stack.endpoints.address).front)
    second = Child(
        "second_functions_host",
        command,
        log_path=first.log_path.with_name("second_functions_host.log"),
        env=first.env,
    )
    scene.wait(5.0)
    second.start()
    try:
        scene.wait(15.0)
        span = scene.kill(["functions_host"], away_s=10.0)
        scene.wait(15.0)
    finally:
        second.kill()  # and not stopped: the first one has to take over what it held
    return [span]


def fill_disk(scene: Scene) -> list[Span]:
    scene.wait(8.0)
    return [scene.fill_disk(for_s=10.0)]


# A bar is held against the time in which something was wrong, the rest is context.
CAMPAIGNS = (
    Campaign("two-kills", kill_two, duration_s=70),
    Campaign("freezes", freeze_parts, duration_s=75),
    Campaign("cosmos", trouble_cosmos, duration_s=80),
    Campaign("storage", trouble_storage, duration_s=65),
    Campaign("storage-away", take_storage_away, duration_s=85),
    Campaign("webpubsub", trouble_webpubsub, duration_s=65),
    Campaign("webpubsub-hangs", hang_webpubsub, duration_s=60),
    Campaign("full-disk", fill_disk, duration_s=50, small_disk=True),
    Campaign("two-hosts", run_two_hosts, duration_s=70),
)


def _trouble(scene: Scene, service: str, troubles: Sequence[Trouble]) -> list[Span]:
    spans = []
    for trouble in scene.rng.sample([*troubles], len(troubles)):
        scene.wait(REST_S)
        spans.append(scene.trouble(service, trouble, for_s=7.0))
    return spans
