"""The operators that a program may call: those that our own exporter makes, and no others.

A program comes from storage, so it is data, and data must not be able to do more than arithmetic.
Among torch's other operators are some that read and write files, share memory or fill tensors in
place. So an operator is allowed by its name, its overload and the kinds of its arguments.
tests/unit/tocsin/adapters/program/test_operators.py holds this list to what the bundles need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import torch

from tocsin.domain.errors import InvalidBundleError

# How many numbers a call makes: no more than it is given, or what its arguments' sizes say.
Growth = Literal["none", "broadcast", "product", "rows", "range", "zeros"]
Kinds = frozenset[str]

NAMESPACE: Final = "torch.ops.aten."
# What a trace noted of its own run; it holds for every run, and is left out.
NOTES: Final = frozenset({"torch.ops.aten._assert_tensor_metadata.default"})
# Arguments that our exporter gives one value only.
FIXED: Final[Mapping[str, object]] = {"n": 1, "pin_memory": False}

_TENSOR: Final = frozenset({"as_tensor"})
_INT: Final = frozenset({"as_int"})
_INTS: Final = frozenset({"as_ints"})
_FLOAT: Final = frozenset({"as_float"})
_BOOL: Final = frozenset({"as_bool"})
_DTYPE: Final = frozenset({"as_scalar_type"})
_DEVICE: Final = frozenset({"as_device"})
_EITHER: Final = _TENSOR | _FLOAT


@dataclass(frozen=True, slots=True)
class Operator:
    """``arguments``: which kinds each may have, in the operator's own order; ``keywords``: the
    names among them that are given by name. ``results``: their kinds. ``growth``: see above."""

    arguments: Mapping[str, Kinds]
    growth: Growth = "none"
    keywords: frozenset[str] = frozenset()
    results: tuple[str, ...] = ("as_tensor",)


_UNARY: Final = Operator({"self": _TENSOR})
_PAIR: Final = Operator({"self": _TENSOR, "other": _TENSOR}, "broadcast")
_PAIR_OR_NUMBER: Final = Operator({"self": _TENSOR, "other": _EITHER}, "broadcast")
_PINNED: Final = frozenset({"pin_memory"})
_WITH_INDEX: Final = ("as_tensor", "as_tensor")

# Each number of the result comes from the number at its place in the arguments.
ELEMENTWISE: Final[Mapping[str, Operator]] = {
    "abs.default": _UNARY,
    "add.Tensor": _PAIR_OR_NUMBER,
    "bitwise_not.default": _UNARY,
    "clamp.Tensor": Operator({"self": _TENSOR, "min": _TENSOR, "max": _TENSOR}, "broadcast"),
    "clamp.default": Operator(
        {"self": _TENSOR, "min": _FLOAT | frozenset({"as_none"}), "max": _FLOAT}
    ),
    "copysign.Tensor": _PAIR,
    "div.Tensor": _PAIR_OR_NUMBER,
    "eq.Scalar": Operator({"self": _TENSOR, "other": _INT}),
    "eq.Tensor": _PAIR,
    "ge.Scalar": Operator({"self": _TENSOR, "other": _FLOAT}),
    "ge.Tensor": _PAIR,
    "gt.Scalar": Operator({"self": _TENSOR, "other": _FLOAT}),
    "isnan.default": _UNARY,
    "log.default": _UNARY,
    "log1p.default": _UNARY,
    "maximum.default": _PAIR,
    "mul.Tensor": _PAIR_OR_NUMBER,
    "nan_to_num.default": Operator({"self": _TENSOR, "nan": _FLOAT}),
    "ne.Scalar": Operator({"self": _TENSOR, "other": _INT}),
    "pow.Tensor_Scalar": Operator({"self": _TENSOR, "exponent": _FLOAT}),
    "rsub.Scalar": Operator({"self": _TENSOR, "other": _INT}),
    "sqrt.default": _UNARY,
    "square.default": _UNARY,
    "sub.Tensor": _PAIR_OR_NUMBER,
    "to.dtype": Operator({"self": _TENSOR, "dtype": _DTYPE}),
    "where.Scalar": Operator({"condition": _TENSOR, "self": _FLOAT, "other": _FLOAT}),
    "where.ScalarOther": Operator(
        {"condition": _TENSOR, "self": _TENSOR, "other": _FLOAT}, "broadcast"
    ),
    "where.ScalarSelf": Operator(
        {"condition": _TENSOR, "self": _FLOAT, "other": _TENSOR}, "broadcast"
    ),
    "where.self": Operator({"condition": _TENSOR, "self": _TENSOR, "other": _TENSOR}, "broadcast"),
}
# Fewer numbers than they are given: sums, means, extremes, medians, steps.
REDUCING: Final[Mapping[str, Operator]] = {
    "amax.default": Operator({"self": _TENSOR, "dim": _INTS}),
    "argmin.default": Operator({"self": _TENSOR, "dim": _INT}),
    "diff.default": Operator({"self": _TENSOR, "n": _INT, "dim": _INT}),
    "mean.dim": Operator({"self": _TENSOR, "dim": _INTS, "keepdim": _BOOL}),
    "nanmean.default": Operator({"self": _TENSOR, "dim": _INTS, "keepdim": _BOOL}),
    "nanmedian.dim": Operator(
        {"self": _TENSOR, "dim": _INT, "keepdim": _BOOL}, results=_WITH_INDEX
    ),
    "sum.dim_IntList": Operator({"self": _TENSOR, "dim": _INTS, "keepdim": _BOOL}),
    "topk.default": Operator({"self": _TENSOR, "k": _INT, "dim": _INT}, results=_WITH_INDEX),
}
# The same numbers in another shape, or a part of them.
SHAPING: Final[Mapping[str, Operator]] = {
    "flatten.using_ints": Operator({"self": _TENSOR, "start_dim": _INT}),
    "narrow.default": Operator({"self": _TENSOR, "dim": _INT, "start": _INT, "length": _INT}),
    "numpy_T.default": _UNARY,
    "reshape.default": Operator({"self": _TENSOR, "shape": _INTS | frozenset({"as_sym_ints"})}),
    "slice.Tensor": Operator({"self": _TENSOR, "dim": _INT, "start": _INT, "end": _INT}),
    "squeeze.dim": Operator({"self": _TENSOR, "dim": _INT}),
    "sym_size.int": Operator({"self": _TENSOR, "dim": _INT}, results=("as_sym_int",)),
    "unsqueeze.default": Operator({"self": _TENSOR, "dim": _INT}),
}
# The weights' own: blocks of rows, whitening, distances to prototypes, and the nearest of them.
WEIGHING: Final[Mapping[str, Operator]] = {
    "index.Tensor": Operator({"self": _TENSOR, "indices": frozenset({"as_tensors"})}, "rows"),
    "matmul.default": Operator({"self": _TENSOR, "other": _TENSOR}, "product"),
}
# Numbers out of nothing: row numbers, zeros, equal shares.
MAKING: Final[Mapping[str, Operator]] = {
    "arange.start": Operator(
        {"start": _INT, "end": _INT, "dtype": _DTYPE, "device": _DEVICE, "pin_memory": _BOOL},
        "range",
        frozenset({"dtype", "device", "pin_memory"}),
    ),
    "full_like.default": Operator(
        {"self": _TENSOR, "fill_value": _FLOAT, "pin_memory": _BOOL}, keywords=_PINNED
    ),
    "new_zeros.default": Operator(
        {"self": _TENSOR, "size": _INTS, "pin_memory": _BOOL}, "zeros", _PINNED
    ),
    "zeros_like.default": Operator({"self": _TENSOR, "pin_memory": _BOOL}, keywords=_PINNED),
}
ALLOWED: Final[Mapping[str, Operator]] = {
    f"{NAMESPACE}{name}": operator
    for group in (ELEMENTWISE, REDUCING, SHAPING, WEIGHING, MAKING)
    for name, operator in group.items()
}


def require_operator(target: str) -> Operator:
    """Raises InvalidBundleError naming an operator that is not allowed."""
    operator = ALLOWED.get(target)
    if operator is None:
        raise InvalidBundleError(f"the program calls {target!r}, which no program of ours needs")
    return operator


def find_call(target: str) -> Callable[..., Any]:
    """Torch's own function for an allowed operator."""
    require_operator(target)
    name, overload = target.removeprefix(NAMESPACE).split(".")
    call: Callable[..., Any] = getattr(getattr(torch.ops.aten, name), overload)
    return call
