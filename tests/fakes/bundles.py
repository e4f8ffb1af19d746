"""Small model bundles, made as docs/formats.md says."""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Callable

import torch
from torch import Tensor, nn

from tocsin.domain.profile import Profile


class Steps(nn.Module):
    """Scores the last step of a window by its size; a missing value counts 0.

    A sensor is missing when its last value is, stuck when it is the one before.
    """

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        known = torch.nan_to_num(windows)
        step = (known[:, -1] - known[:, -2]).abs()
        missing = torch.isnan(windows[:, -1]).to(step.dtype)
        stuck = (windows[:, -1] == windows[:, -2]).to(step.dtype)
        return step.sum(dim=1), torch.softmax(step, dim=1), missing + 2 * stuck


class ScoreOnly(nn.Module):
    """Answers in another shape than the product asks for."""

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        score = torch.nan_to_num(windows[:, -1]).sum(dim=1)
        return score, score, score


class NoSensors(nn.Module):
    """Answers as programs of format 1 did."""

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        score, shares, _ = Steps()(windows)
        return score, shares


@functools.cache
def exported(program: Callable[[], nn.Module], window: int, channels: int) -> bytes:
    """Exporting takes seconds, so each program is exported once."""
    batch = torch.export.Dim("batch", min=1, max=65_536)
    example = torch.zeros((2, window, channels))
    found = torch.export.export(program(), (example,), dynamic_shapes=({0: batch},))
    buffer = io.BytesIO()
    torch.export.save(found, buffer)
    return buffer.getvalue()


def bundle_files(
    profile: Profile,
    version: str,
    /,
    *,
    program: Callable[[], nn.Module] = Steps,
    **changes: object,
) -> dict[str, bytes]:
    """The files of one active bundle by path; *changes* replace fields of bundle.json."""
    content = exported(program, profile.window, len(profile.channels))
    bundle = json.dumps(
        {
            "format": 2,
            "profile": profile.name,
            "version": version,
            "channels": list(profile.channel_names),
            "window": profile.window,
            "threshold": 4.5,
            "tail": {"level": 2.0, "peaks_per_day": 50.0, "shape": 0.1, "scale": 0.3},
            "hysteresis": {"raise_after": 3, "clear_after": 10},
            "cooldown_s": 60,
            "scaler": {"centre": [], "spread": []},
            "program": {
                "file": "model.pt2",
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
            },
            "training": {},
            "calibration": {"usual_score": 0.8},
            "metrics": {},
            **changes,
        }
    ).encode()
    active = {"version": version, "bundle_sha256": hashlib.sha256(bundle).hexdigest()}
    return {
        f"{profile.name}/{version}/model.pt2": content,
        f"{profile.name}/{version}/bundle.json": bundle,
        f"{profile.name}/active.json": json.dumps(active).encode(),
    }
