"""Programs as archives: taken apart, changed, and put together again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from tests.paths import ROOT

Entries = dict[str, bytes]
Json = dict[str, Any]

BUNDLES = ROOT / "ml_model" / "bundles"
PROFILE = "pump"
MODEL = "model/models/model.json"
WEIGHT = "model/data/weights/weight_0"
CONFIG = "model/data/weights/model_weights_config.json"
CONSTANTS = "model/data/constants/model_constants_config.json"
SAMPLES = "model/data/sample_inputs/model.pt"


def entries_of(content: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(entries: Entries, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def program_of(profile: str) -> bytes:
    return (BUNDLES / profile / "model.pt2").read_bytes()


PLAIN = entries_of(program_of(PROFILE))


def graph_with(change: Callable[[Json], object]) -> bytes:
    """The plain program, its graph changed by *change*."""
    model = json.loads(PLAIN[MODEL])
    change(model)
    return archive_of({**PLAIN, MODEL: json.dumps(model).encode()})


def config_with(change: Callable[[Json], object], *, kind: str = CONFIG) -> bytes:
    """The plain program, the list of its weights changed by *change*."""
    config = json.loads(PLAIN[kind])
    change(config["config"])
    return archive_of({**PLAIN, kind: json.dumps(config).encode()})


def nodes(model: Json) -> list[Json]:
    found: list[Json] = model["graph_module"]["graph"]["nodes"]
    return found


def find_node(model: Json, target: str) -> Json:
    return next(node for node in nodes(model) if node["target"] == f"torch.ops.aten.{target}")


def node(target: str, result: str, /, **arguments: Json) -> Json:
    """A call with its arguments by place; *result* is the name of the tensor it makes."""
    return {
        "target": f"torch.ops.aten.{target}",
        "inputs": [{"name": name, "arg": arg, "kind": 1} for name, arg in arguments.items()],
        "outputs": [{"as_tensor": {"name": result}}],
        "metadata": {},
    }


def tensor(name: str) -> Json:
    return {"as_tensor": {"name": name}}


def with_nodes(*added: Json) -> bytes:
    """The plain program, which first makes the calls *added*."""
    return graph_with(lambda model: nodes(model).__setitem__(slice(0, 0), added))
