"""A model bundle on disk: the exported program and its description (docs/formats.md)."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ml_model.detector.calibrate import Calibration
from ml_model.detector.informed import Exportable, InformedAutoencoder
from ml_model.detector.scoring import Program
from ml_model.paths import BUNDLE_FILE, PROGRAM_FILE
from tocsin.adapters.program.graph import load_program as load_graph
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle import FORMAT
from tocsin.domain.profile import Profile

MODEL_GENERATION = 2  # the first part of every version
COOLDOWN = 60.0  # periods: an alert that comes back so soon is the same to an operator
CHECKED_WINDOWS = 64
RELOAD_WITHIN_S = 120
Scorer = Callable[[Path, NDArray[np.float32]], list[NDArray[np.float32]]]
# Scores the windows in a .npy file with the program of a .pt2 file, with the function's own loader.
RELOAD = (
    "import sys, numpy, torch;"
    "from tocsin.adapters.program.graph import load_program;"
    "program = load_program(open(sys.argv[1], 'rb').read());"
    "windows = torch.from_numpy(numpy.load(sys.argv[2]));"
    "numpy.savez(sys.argv[3], *[part.detach().numpy() for part in program(windows)])"
)


def export_program(model: Exportable, path: Path) -> None:
    """Write *model* as a torch.export program with a dynamic batch of at least one."""
    config = model.config
    example = torch.zeros(2, config.window, config.channels)
    # torch.export logs notes on its own deprecations; what matters is raised.
    logging.getLogger("torch.export").setLevel(logging.ERROR)
    exported = torch.export.export(
        model.eval().requires_grad_(requires_grad=False),
        (example,),
        dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
    )
    # Stack traces hold the paths of the machine that exported, and cost time at each load.
    for node in exported.graph.nodes:
        for key in ("stack_trace", "nn_module_stack", "source_fn_stack", "torch_fn", "from_node"):
            node.meta.pop(key, None)
    exported.example_inputs = None
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.export.save(exported, path)


def load_program(folder: Path) -> Program:
    """The program of the bundle in *folder*, read as the function reads it: a candidate may come
    from anywhere. Raises InvalidBundleError when its hash is wrong, or it is no program of ours."""
    described = read_description(folder)
    path = folder / PROGRAM_FILE
    content = path.read_bytes()
    promised = described.get("program")
    if not isinstance(promised, dict) or sha256(content).hexdigest() != promised.get("sha256"):
        raise InvalidBundleError(f"{path} is not the program that {BUNDLE_FILE} describes")
    return load_graph(content)


def read_description(folder: Path) -> dict[str, Any]:
    """The content of *folder*'s bundle.json. Raises InvalidBundleError without one."""
    try:
        described = json.loads((folder / BUNDLE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidBundleError(f"{folder} holds no usable {BUNDLE_FILE}: {error}") from error
    if not isinstance(described, dict):
        raise InvalidBundleError(f"{folder / BUNDLE_FILE} holds no JSON object")
    return described


def write_bundle(
    folder: Path,
    model: Exportable,
    profile: Profile,
    *,
    calibration: Calibration,
    hysteresis: Hysteresis,
    training: Mapping[str, Any],
    reference: Mapping[str, Any],
) -> dict[str, Any]:
    """Export *model* into *folder*, check it in a fresh process, and describe it in bundle.json.

    Returns the description. Raises InvalidBundleError when the reloaded program scores otherwise.
    """
    export_program(model, folder / PROGRAM_FILE)
    check_reload(model, folder / PROGRAM_FILE)
    description = describe_bundle(
        folder / PROGRAM_FILE,
        model,
        profile,
        calibration=calibration,
        hysteresis=hysteresis,
        training=training,
        reference=reference,
    )
    write_description(folder, description)
    return description


def describe_bundle(
    program: Path,
    model: Exportable,
    profile: Profile,
    *,
    calibration: Calibration,
    hysteresis: Hysteresis,
    training: Mapping[str, Any],
    reference: Mapping[str, Any],
) -> dict[str, Any]:
    """The content of bundle.json for *model*, exported to the file *program*."""
    calibrated = asdict(calibration)
    tail = calibrated.pop("tail")
    cooldown_s = COOLDOWN * profile.period_s
    return {
        "format": FORMAT,
        "profile": profile.name,
        "version": version_of(model, calibration, hysteresis, cooldown_s),
        "channels": list(profile.channel_names),
        "window": profile.window,
        "threshold": calibration.threshold,
        "tail": tail,
        "hysteresis": asdict(hysteresis),
        "cooldown_s": cooldown_s,
        "scaler": {
            "centre": _round_numbers(_scale_of(model)[1]),
            "spread": _round_numbers(_scale_of(model)[0]),
        },
        "program": {
            "file": PROGRAM_FILE,
            "sha256": _hash_file(program),
            "bytes": program.stat().st_size,
        },
        "training": dict(training),
        "calibration": calibrated,
        "reference": dict(reference),
        "metrics": {},
    }


def write_description(folder: Path, description: Mapping[str, Any]) -> None:
    text = json.dumps(description, indent=2, allow_nan=False) + "\n"
    (folder / BUNDLE_FILE).write_text(text, encoding="utf-8")


def version_of(
    model: Exportable, calibration: Calibration, hysteresis: Hysteresis, cooldown_s: float
) -> str:
    """A name that changes with what changes decisions: weights, shape, calibration, hysteresis."""
    digest = sha256()
    settings = [asdict(model.config), asdict(calibration), asdict(hysteresis), cooldown_s]
    digest.update(json.dumps(settings, sort_keys=True).encode())
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode() + np.ascontiguousarray(value.numpy()).tobytes())
    return f"{MODEL_GENERATION}-{digest.hexdigest()[:8]}"


def check_reload(model: Exportable, path: Path, *, score: Scorer | None = None) -> None:
    """Raise InvalidBundleError unless the program in *path* scores as *model* does.

    *score* answers with the program for windows ``[k, w, c]``; by default a fresh process that
    knows nothing of the training, as the function that will load it.
    """
    config = model.config
    generator = np.random.default_rng(0)
    spread, centre = _scale_of(model)
    noise = generator.normal(size=(CHECKED_WINDOWS, config.window, config.channels))
    windows = (noise * spread + centre).astype(np.float32)
    windows[generator.random(windows.shape) < 0.05] = np.nan
    with torch.inference_mode():
        expected = [part.numpy() for part in model(torch.from_numpy(windows))]
    found = (score or score_in_fresh_process)(path, windows)
    for answer, wanted in zip(found, expected, strict=True):
        if not np.allclose(answer, wanted, rtol=1e-4, atol=1e-5):
            raise InvalidBundleError(f"{path} scores otherwise in a fresh process")


def _scale_of(model: Exportable) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Spread and centre of each channel ``[c]``, a covariate by where its curves are known."""
    spread, centre = model.look.spread.numpy(), model.look.centre.numpy()
    if not isinstance(model, InformedAutoencoder):
        return spread, centre
    explanation = model.explanation
    half = explanation.apart.numpy() * np.float32((explanation.knots - 1) / 2)
    return np.append(spread, half), np.append(centre, explanation.first.numpy() + half)


def score_in_fresh_process(path: Path, windows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """What the program in *path* answers for *windows* ``[k, w, c]`` in a process of its own.

    Raises InvalidBundleError when it does not load there.
    """
    windows_path, answer_path = path.with_suffix(".windows.npy"), path.with_suffix(".answer.npz")
    try:
        np.save(windows_path, windows)
        done = subprocess.run(  # our own interpreter and our own line
            [sys.executable, "-c", RELOAD, str(path), str(windows_path), str(answer_path)],
            capture_output=True, text=True, timeout=RELOAD_WITHIN_S, check=False,
            # Where this process finds the function's code, the fresh one finds it too.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        if done.returncode != 0:
            raise InvalidBundleError(f"{path} does not load in a fresh process: {done.stderr}")
        with np.load(answer_path) as answer:
            return [answer[f"arr_{number}"] for number in range(len(answer.files))]
    finally:
        windows_path.unlink(missing_ok=True)
        answer_path.unlink(missing_ok=True)


def _round_numbers(values: NDArray[np.float32]) -> list[float]:
    return [float(f"{value:.6g}") for value in values.tolist()]


def _hash_file(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
