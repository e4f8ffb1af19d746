"""Programs that would do more than arithmetic, or ask for more than there is.

Those that could write a file would write the canary, a file of the test's.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import torch

from tests.fakes.archives import (
    CONFIG,
    CONSTANTS,
    MODEL,
    PLAIN,
    SAMPLES,
    WEIGHT,
    Json,
    archive_of,
    config_with,
    find_node,
    graph_with,
    node,
    nodes,
    program_of,
    tensor,
    with_nodes,
)

WINDOWS = "x"  # the windows' name in the plain program
SOME = "b_look_low"  # a weight's
PROTOTYPES = "model/data/weights/weight_26"
HUGE = 10**15


class Writes:
    """Unpickled, it writes the canary."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.write_text, (self.canary, "unpickled")


def pickle_of(canary: Path) -> bytes:
    buffer = io.BytesIO()
    torch.save(Writes(canary), buffer)
    return buffer.getvalue()


def make_corpus(canary: Path) -> dict[str, bytes]:
    """Every hostile program by what is wrong with it."""
    return {
        **_pickles(canary),
        **_operators(canary),
        **_sizes(),
        **_graphs(),
        **_archives(),
    }


def pickled_weight(canary: Path) -> bytes:
    config = json.loads(PLAIN[CONFIG])
    first = next(iter(config["config"].values()))
    first.update(use_pickle=True)
    changed = {CONFIG: json.dumps(config).encode(), WEIGHT: pickle_of(canary)}
    return archive_of({**PLAIN, **changed})


def _pickles(canary: Path) -> dict[str, bytes]:
    constant = {
        "path_name": "constant_0", "is_param": False, "use_pickle": True, "tensor_meta": None,
    }  # fmt: skip
    return {
        "a pickled weight": pickled_weight(canary),
        "a pickled constant": archive_of(
            {
                **PLAIN,
                CONSTANTS: json.dumps({"config": {"evil": constant}}).encode(),
                "model/data/constants/constant_0": pickle_of(canary),
            }
        ),
        "pickled sample inputs": archive_of({**PLAIN, SAMPLES: pickle_of(canary)}),
        "a pickle flag that is no flag": config_with(
            lambda config: next(iter(config.values())).update(use_pickle=0)
        ),
        "a weight that is a pickle": archive_of({**PLAIN, WEIGHT: pickle_of(canary)}),
        "nothing but a pickle": pickle_of(canary),
        "a compiled library": archive_of(
            {**PLAIN, "model/data/aotinductor/model/x.so": b"\x7fELF"}
        ),
    }


def _operators(canary: Path) -> dict[str, bytes]:
    file: dict[str, Json] = {
        "filename": {"as_string": str(canary)},
        "shared": {"as_bool": True},
        "size": {"as_int": 16},
    }
    opened = node("from_file.default", "opened", **file)
    filled = node("fill_.Scalar", "filled", self=tensor("opened"), value={"as_float": 7.0})
    found = {"a file is opened": with_nodes(opened), "a file is filled": with_nodes(opened, filled)}
    alone = {"self": tensor(SOME)}
    both = {**alone, "other": tensor(SOME)}
    foreign: dict[str, dict[str, Json]] = {
        "abs_.default": alone,
        "add_.Tensor": both,
        "fill_.Scalar": {**alone, "value": {"as_float": 1.0}},
        "copy_.default": {**alone, "src": tensor(WINDOWS)},
        "set_.source_Tensor": {**alone, "source": tensor(WINDOWS)},
        "resize_.default": {**alone, "size": {"as_ints": [HUGE]}},
        "add.out": {**both, "out": tensor(SOME)},
        "as_strided.default": {**alone, "size": {"as_ints": [9]}, "stride": {"as_ints": [HUGE]}},
        "expand.default": {**alone, "size": {"as_ints": [HUGE, 8]}},
        "repeat.default": {**alone, "repeats": {"as_ints": [HUGE]}},
        "full.default": {"size": {"as_ints": [HUGE]}, "fill_value": {"as_float": 1.0}},
        "constant_pad_nd.default": {**alone, "pad": {"as_ints": [HUGE, HUGE]}},
        "empty.memory_format": {"size": {"as_ints": [HUGE]}},
        "rand.default": {"size": {"as_ints": [8]}},
        "_print.default": {"s": {"as_string": "hello"}},
        "none.such": alone,
        "abs": alone,
        "abs.__class__": alone,
        "abs.default.__call__": alone,
        "abs.default\0": alone,
    }
    for name, arguments in foreign.items():
        found[f"the operator {name!r}"] = with_nodes(node(name, "made", **arguments))
    for target in ("torch.ops.mine.run.default", "torch.ops.higher_order.cond", "builtins.eval",
                   "_operator.add", "os.system", "torch.ops.prims.abs.default", ""):  # fmt: skip
        found[f"the call {target!r}"] = with_nodes(
            {**node("x.y", "made", **alone), "target": target}
        )
    return found


def _sizes() -> dict[str, bytes]:
    column, row = {"dim": {"as_int": 1}}, {"dim": {"as_int": 0}}
    table = [
        node("flatten.using_ints", "flat", self=tensor("b_look_blocks"), start_dim={"as_int": 0}),
        node("unsqueeze.default", "down", self=tensor("flat"), **column),
        node("unsqueeze.default", "across", self=tensor("flat"), **row),
    ]
    squared = [
        node("add.Tensor", "made", self=tensor("down"), other=tensor("across")),
        node("flatten.using_ints", "flat2", self=tensor("made"), start_dim={"as_int": 0}),
        node("unsqueeze.default", "down2", self=tensor("flat2"), **column),
        node("unsqueeze.default", "across2", self=tensor("flat2"), **row),
    ]
    multiplied = node("matmul.default", "much", self=tensor("down2"), other=tensor("across2"))
    mask = node("isnan.default", "mask", self=tensor(SOME))
    masked = node(
        "index.Tensor", "some", self=tensor(SOME), indices={"as_tensors": [{"name": "mask"}]}
    )

    def change(target: str, name: str, arg: Json) -> bytes:
        def change_argument(model: Json) -> None:
            inputs = find_node(model, target)["inputs"]
            next(given for given in inputs if given["name"] == name)["arg"] = arg

        return graph_with(change_argument)

    def first_weight(**changed: object) -> bytes:
        return config_with(
            lambda config: next(iter(config.values()))["tensor_meta"].update(changed)
        )

    return {
        "a long range": change("arange.start", "end", {"as_int": HUGE}),
        "many zeros": change("new_zeros.default", "size", {"as_ints": [HUGE]}),
        "zeros of many dimensions": change("new_zeros.default", "size", {"as_ints": [9] * 40}),
        "a sum of a table's tables": with_nodes(
            *table,
            *squared,
            {**node("add.Tensor", "much", self=tensor("down2"), other=tensor("across2"))},
        ),
        "a product of a table's tables": with_nodes(*table, *squared, multiplied),
        "rows picked by a mask": with_nodes(mask, masked),
        "many differences": change("diff.default", "n", {"as_int": HUGE}),
        "a number beyond 64 bits": change("narrow.default", "length", {"as_int": 10**30}),
        "a number that is none": change("narrow.default", "length", {"as_int": "1"}),
        "another type of number": change("to.dtype", "dtype", {"as_scalar_type": 8}),
        "another device": change(
            "arange.start", "device", {"as_device": {"type": "cuda", "index": 0}}
        ),
        "pinned memory": change("zeros_like.default", "pin_memory", {"as_bool": True}),
        "a weight in one place many times": first_weight(
            sizes=[{"as_int": 2**39}], strides=[{"as_int": 0}]
        ),
        "a weight that lies apart": first_weight(strides=[{"as_int": 2}]),
        "a weight that begins later": first_weight(storage_offset={"as_int": 1}),
        "a weight of a negative size": first_weight(sizes=[{"as_int": -8}]),
        "a weight of another device": first_weight(device={"type": "cuda", "index": 0}),
        "a weight of another layout": first_weight(layout=1),
        "a weight of another type": first_weight(dtype=8),
    }


def _graphs() -> dict[str, bytes]:
    made = node("abs.default", "made", self=tensor(SOME))
    swapped = node("narrow.default", "made", self=tensor(WINDOWS))
    swapped["inputs"] += [
        {"name": name, "arg": {"as_int": 0}, "kind": 1} for name in ("length", "start", "dim")
    ]
    many = [node("abs.default", f"made{number}", self=tensor(SOME)) for number in range(5_000)]
    signature = "signature"
    return {
        "another schema": graph_with(lambda model: model["schema_version"].update(major=9)),
        "another byte order": archive_of({**PLAIN, "model/byteorder": b"big"}),
        "a byte order that is no text": archive_of({**PLAIN, "model/byteorder": b"\xff"}),
        "too many steps": with_nodes(*many),
        "a name given twice": with_nodes(made, made),
        "a weight's name given again": with_nodes(node("abs.default", SOME, self=tensor(SOME))),
        "a name from nowhere": with_nodes(node("abs.default", "made", self=tensor("nowhere"))),
        "a name used before it is made": graph_with(lambda model: nodes(model).reverse()),
        "arguments in another order": with_nodes(swapped),
        "an argument twice": with_nodes({**made, "inputs": made["inputs"] * 2}),
        "an argument nobody knows": with_nodes(
            node("abs.default", "made", self=tensor(SOME), out=tensor(SOME))
        ),
        "an argument that is a graph": with_nodes(
            node("abs.default", "made", self={"as_graph": {}})
        ),
        "results of another kind": with_nodes(
            {**made, "outputs": [{"as_sym_int": {"as_name": "n"}}]}
        ),
        "no results": with_nodes({**made, "outputs": []}),
        "a node without inputs": graph_with(lambda model: nodes(model)[3].pop("inputs")),
        "a node left out": graph_with(lambda model: nodes(model).pop(3)),
        "an output that is mutated": graph_with(
            lambda model: model["graph_module"][signature]["output_specs"].append(
                {"buffer_mutation": {"arg": {"name": SOME}, "buffer_name": "look.low"}}
            )
        ),
        "a second input": graph_with(
            lambda model: model["graph_module"][signature]["input_specs"].append(
                {"user_input": {"arg": tensor("y")}}
            )
        ),
        "an object for an input": graph_with(
            lambda model: model["graph_module"][signature]["input_specs"].append(
                {"custom_obj": {"arg": {"name": "o", "class_fqn": "x"}, "custom_obj_name": "o"}}
            )
        ),
        "another profile's program": program_of("motor"),
        "no graph": archive_of({**PLAIN, MODEL: b"{}"}),
        "a graph that is a list": archive_of({**PLAIN, MODEL: b"[]"}),
        "a graph that is no JSON": archive_of({**PLAIN, MODEL: b"{"}),
        "a graph nested deeply": archive_of({**PLAIN, MODEL: b"[" * 100_000}),
        "a graph of five megabytes": archive_of(
            {**PLAIN, MODEL: PLAIN[MODEL] + b" " * (5 * 1024 * 1024)}
        ),
    }


def _archives() -> dict[str, bytes]:
    plain = archive_of(PLAIN)
    extra = archive_of({**PLAIN, "model/archive_versioX": b"x"})
    twice = archive_of({**PLAIN, "model/byteordeX": b"big"})
    flags = plain.index(b"PK\x01\x02") + 8
    found = {
        "nothing": b"",
        "no archive": b"PK\x03\x04" + bytes(400),
        "truncated": plain[:-500],
        "half of it": plain[: len(plain) // 2],
        "no entries": archive_of({}),
        "a bomb": archive_of({**PLAIN, WEIGHT: bytes(10_000_000)}, zipfile.ZIP_DEFLATED),
        "too many entries": archive_of(
            {**PLAIN, **{f"model/data/weights/w{number}": b"" for number in range(1_000)}}
        ),
        "two folders": archive_of({**PLAIN, "other/byteorder": b"little"}),
        "a NUL in a name": extra.replace(b"archive_versioX", b"archive_vers\0oX"),
        "an entry twice": twice.replace(b"byteordeX", b"byteorder"),
        "an entry that is encrypted": plain[:flags] + b"\x01" + plain[flags + 1 :],
        "a short weight": archive_of({**PLAIN, WEIGHT: PLAIN[WEIGHT][:-4]}),
        "a long weight": archive_of({**PLAIN, WEIGHT: PLAIN[WEIGHT] + bytes(4)}),
        "no weight": archive_of(
            {name: content for name, content in PLAIN.items() if name != WEIGHT}
        ),
        "a weight that is changed": plain.replace(
            PLAIN["model/data/weights/weight_26"][:64], bytes(64)
        ),
        "a weight's file elsewhere": config_with(
            lambda config: next(iter(config.values())).update(path_name="../../../../etc/passwd")
        ),
    }
    for name in (
        "model/../../x", "/etc/x", "../x", "model//x", "model/./byteorder", "C:\\x", "model\\x",
        "model/data/weights/../../x", "model/data/weights/", "model",
    ):  # fmt: skip
        found[f"an entry {name!r}"] = archive_of({**PLAIN, name: b"x"})
    return found
