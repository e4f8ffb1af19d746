"""Small model bundles, made as docs/formats.md says."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable
from hashlib import sha256

import torch
from torch import Tensor, nn

from ml_model.release.signing import Signer
from tocsin.domain.models.active_bundle import Active, Named
from tocsin.domain.models.signing import state_bundle
from tocsin.domain.profile import Profile


def row(windows: Tensor, before_last: int) -> Tensor:
    """A row of each window, counted from the last, ``[b, c]``."""
    return windows.narrow(1, windows.shape[1] - 1 - before_last, 1).squeeze(1)


class Steps(nn.Module):
    """Scores the last step of a window by its size; a missing value counts 0.

    A sensor is missing when its last value is, stuck when it is the one before.
    """

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        known = windows.nan_to_num(0.0)
        step = (row(known, 0) - row(known, 1)).abs()
        missing = torch.isnan(row(windows, 0)).to(step.dtype)
        stuck = (row(windows, 0) == row(windows, 1)).to(step.dtype)
        total = step.sum(1, keepdim=True)
        equal = torch.full_like(step, 1.0 / windows.shape[2])
        return step.sum(1), torch.where(total > 1e-30, step / total, equal), missing + stuck * 2.0


class ScoreOnly(nn.Module):
    """Answers in another shape than the product asks for."""

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        score = row(windows.nan_to_num(0.0), 0).sum(1)
        return score, score.abs(), score.square()


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
    found.example_inputs = None  # torch would write them as a pickle
    buffer = io.BytesIO()
    torch.export.save(found, buffer)
    return buffer.getvalue()


def bundle_files(
    profile: Profile,
    version: str,
    /,
    *,
    program: Callable[[], nn.Module] = Steps,
    signer: Signer | None = None,
    activated_at: int = 1,
    **changes: object,
) -> dict[str, bytes]:
    """The files of one active bundle by path, signed by *signer*; *changes* replace fields of
    bundle.json."""
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
                "sha256": sha256(content).hexdigest(),
                "bytes": len(content),
            },
            "training": {},
            "calibration": {"usual_score": 0.8},
            "metrics": {},
            **changes,
        }
    ).encode()
    active = Active(Named(version, sha256(bundle).hexdigest()), activated_at=activated_at)
    files = {
        f"{profile.name}/{version}/model.pt2": content,
        f"{profile.name}/{version}/bundle.json": bundle,
    }
    if signer is not None:
        active = active.sign_with(signer.sign(active.statement(profile.name)))
        signature = signer.sign(state_bundle(profile.name, bundle))
        files[f"{profile.name}/{version}/bundle.json.sig"] = signature.to_bytes()
    return {**files, f"{profile.name}/active.json": active.to_bytes()}
