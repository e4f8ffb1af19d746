"""Views: what a model looks at in a window, each a few numbers a channel.

Shapes: b windows, w readings each, c channels; n blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from tocsin.domain.errors import InvalidProfileError

EARLY_BLOCKS = 8  # the early rows' averages, whose median is what relative views refer to
ENOUGH = 0.75  # of them known, or a channel's relative views are not judged
LEAST_VARIANCE = 0.01  # in squared spreads: keeps a still channel's logarithm finite
STILL = 0.15  # in spreads: keeps a coarse sensor, often unchanged, from looking stuck
STEP_OF_WHITE_NOISE = 1.128  # mean absolute step of white noise of unit spread

Kind = Literal["level", "spread", "step", "peak"]
OF_NOISE: frozenset[Kind] = frozenset({"spread", "step"})  # what they look at is a channel's noise


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a window's last rows.

    ``kind``: ``level``, the means of ``blocks`` blocks of ``rows`` readings each, the last of which
    ends the window; ``spread``, the logarithm of the variance of the last ``rows``; ``step``, that
    of their mean absolute step (a stuck or a bursting sensor); ``peak``, the second largest of them
    (a spike of two readings is seen, a single odd one is not).
    ``relative``: to the level and the noise of the window's own early rows, or else to the level
    and the spread of the training rows. ``prototypes``: how many the autoencoder keeps of it.
    ``weight``: of its evidence in the score.
    """

    kind: Kind
    rows: int
    blocks: int = 1
    relative: bool = False
    prototypes: int = 1
    weight: float = 1.0

    @property
    def reach(self) -> int:
        """How many of the window's last readings it looks at."""
        return self.rows * self.blocks + (self.kind == "step")


@dataclass(frozen=True, slots=True)
class Seen:
    """A view of b windows: ``values`` ``[b, n, c]``, 0 where nothing is known, and how far each
    counts, 0 to 1, in ``known`` ``[b, n, c]``."""

    values: Tensor
    known: Tensor


class Views(nn.Module):
    """Looks at raw windows ``[b, w, c]``, NaN where missing, with every view.

    Buffers are the scaler's, set from training rows. Raises InvalidProfileError for a view that
    does not fit the window.
    """

    low: Tensor  # [c] values are clamped to [low, high]
    high: Tensor  # [c]
    centre: Tensor  # [c] level of the training rows
    spread: Tensor  # [c] theirs
    noise_floor: Tensor  # [c] the least noise assumed of a channel
    blocks: Tensor  # [blocks of all level views and early rows, w] 1 where a row belongs to a block

    def __init__(self, window: int, channels: int, early: int, views: tuple[View, ...]) -> None:
        super().__init__()
        _check_views(window, early, views)
        self.views, self.early = views, early
        for name in ("low", "centre"):
            self.register_buffer(name, torch.zeros(channels))
        for name in ("high", "spread", "noise_floor"):
            self.register_buffer(name, torch.ones(channels))
        self.register_buffer("blocks", _lay_blocks(window, early, views))

    def forward(self, x: Tensor) -> list[Seen]:
        # Clamped, for a broken sensor's 1e30 would swamp every mean; centred, for single precision
        # holds small differences of large values badly. NaN passes both.
        x = torch.clamp(x, self.low, self.high) - self.centre  # [b, w, c]
        means, shares = self._average_blocks(x)  # each [b, blocks, c], the early blocks last
        # Without early rows views refer to the training rows' level, which is 0 after centring.
        reference = scale = torch.zeros_like(self.centre)
        if self.early:
            reference, scale = self._measure_early(x, means[:, -EARLY_BLOCKS:])
        recent = _last(x, self._recent)
        seen: list[Seen] = []
        first = 0
        for view in self.views:
            origin, unit = (reference, scale) if view.relative else (0.0, self.spread)
            if view.kind == "level":
                part = slice(first, first + view.blocks)  # this view's own blocks
                first += view.blocks
                values = (means[:, part] - origin) / unit
                share = shares[:, part]
            else:
                values, share = _look(view, recent, origin, unit)
            if view.relative and view.kind in ("level", "peak"):
                values = _compress(values)
            # Unknown is 0, which is normal, with the weight 0.
            share = torch.where(torch.isnan(values), 0.0, share)
            seen.append(Seen(values.nan_to_num(0.0), share))
        return seen

    @property
    def _recent(self) -> int:
        return max([view.reach for view in self.views if view.kind != "level"], default=1)

    def _average_blocks(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean of what is known of each block, NaN for nothing, and the share that is known."""
        known = (x == x).to(x.dtype)  # noqa: PLR0124 (NaN is not itself, and this is the fast way)
        # One product of matrices [blocks, w] @ [b, w, c] for all blocks of all views at once.
        sums = self.blocks @ x.nan_to_num(0.0)
        counts = self.blocks @ known
        return sums / counts, counts / self.blocks.sum(1).unsqueeze(1)

    def _measure_early(self, x: Tensor, averages: Tensor) -> tuple[Tensor, Tensor]:
        """The early rows' level and noise, each ``[b, 1, c]``; NaN where too little is known."""
        # The median over blocks: a fault that falls into a few of them does not move it.
        reference = averages.nanmedian(1, keepdim=True).values  # [b, 1, c]
        size = self.early // EARLY_BLOCKS
        early = x.narrow(1, 0, self.early).reshape(-1, EARLY_BLOCKS, size, x.shape[2])
        # Noise is estimated from steps between neighbours: a slow change of level hardly adds.
        steps = early.diff(dim=2).abs().nanmean(2)  # [b, early blocks, c]
        noise = steps.nanmedian(1, keepdim=True).values / STEP_OF_WHITE_NOISE
        # A device quieter than any in training is still not judged by a finer measure than theirs.
        noise = torch.maximum(noise, self.noise_floor)
        enough = (~torch.isnan(averages)).to(x.dtype).mean(1, keepdim=True) >= ENOUGH
        return reference, torch.where(enough, noise, torch.nan)


def _look(
    view: View, recent: Tensor, origin: Tensor | float, unit: Tensor
) -> tuple[Tensor, Tensor]:
    """A view of recent rows that is no level: values and known shares, each ``[b, 1, c]``."""
    rows = _last(recent, view.reach)  # [b, reach, c]
    share = (~torch.isnan(rows)).to(rows.dtype).mean(1, keepdim=True)
    if view.kind == "spread":
        deviations = (rows - rows.nanmean(1, keepdim=True)) / unit
        # A logarithm, since spreads differ by factors: half as much is as odd as twice as much.
        return (deviations.square().nanmean(1, keepdim=True) + LEAST_VARIANCE).log(), share
    if view.kind == "step":
        return ((rows.diff(dim=1).abs() / unit).nanmean(1, keepdim=True) + STILL).log(), share
    # What is missing is no spike; where the unit is not known, nothing is.
    sizes = (rows - origin).abs().nan_to_num(0.0) / unit
    # The second largest, for a single odd reading is no spike.
    return sizes.topk(2, dim=1).values.narrow(1, 1, 1), share


def _compress(values: Tensor) -> Tensor:
    """About linear below 1 and logarithmic above: noise differs more than levels do."""
    return values.abs().log1p().copysign(values)


def _last(values: Tensor, rows: int) -> Tensor:
    """The last *rows* along the second dimension. Exports to one node, where slicing takes two."""
    return values.narrow(1, values.shape[1] - rows, rows)


def _check_views(window: int, early: int, views: tuple[View, ...]) -> None:
    if not views:
        raise InvalidProfileError("a model needs at least one view")
    for view in views:
        if view.reach > window:
            raise InvalidProfileError(f"{view} does not fit into a window of {window} readings")
    if any(view.relative for view in views) and not early:
        raise InvalidProfileError("relative views need early rows to refer to")
    if early % EARLY_BLOCKS or early > window or early == EARLY_BLOCKS:
        raise InvalidProfileError(
            f"early is {early}: it must be 0 or a multiple of {EARLY_BLOCKS} from "
            f"{2 * EARLY_BLOCKS} to the window's {window}"
        )


def _lay_blocks(window: int, early: int, views: tuple[View, ...]) -> Tensor:
    """Which rows of a window belong to which block: the level views' in order, then the early."""
    parts: list[Tensor] = []
    for view in views:
        if view.kind == "level":
            first = window - view.reach
            parts += [
                _mark_rows(window, first + i * view.rows, view.rows) for i in range(view.blocks)
            ]
    size = early // EARLY_BLOCKS
    parts += [_mark_rows(window, i * size, size) for i in range(EARLY_BLOCKS) if early]
    return torch.stack(parts) if parts else torch.zeros(0, window)


def _mark_rows(window: int, first: int, rows: int) -> Tensor:
    row = torch.zeros(window)
    row[first : first + rows] = 1.0
    return row
