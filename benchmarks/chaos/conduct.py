"""One campaign from its start to its account."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks.chaos.campaigns import Campaign
from benchmarks.chaos.disk import small_disk
from benchmarks.chaos.figures import Figures, count
from benchmarks.chaos.scene import set_scene

DISK_MIB = 96
MARGIN_S = 90.0  # for the fleet to deliver what it still holds


def run_campaign(
    campaign: Campaign, folder: Path, *, seed: int, devices: int, pace: float = 1.0
) -> Figures:
    """What a campaign comes to; at a *pace* of less than 1 it takes so much less time.

    Raises NoSmallDiskError where it needs a small disk and cannot have one.
    """
    with ExitStack() as parts:
        state = folder / "services"
        if campaign.small_disk:
            parts.enter_context(small_disk(state, mebibytes=DISK_MIB))
        scene = parts.enter_context(
            set_scene(
                folder,
                state=state,
                seed=seed,
                devices=devices,
                duration_s=campaign.duration_s,
                pace=pace,
            )
        )
        wrong = campaign.act(scene)
        scene.run.fleet.wait(within_s=campaign.duration_s + MARGIN_S)
        report = scene.run.finish()
        return count(campaign.name, report, scene.run.take_account(), wrong)
