"""Model bundles: fetched, checked, loaded, and swapped when another becomes active."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from azure.core.exceptions import AzureError
from numpy.typing import NDArray

from tocsin.adapters.process_memory import settle_memory
from tocsin.domain.bundle import BundleSpec, check_sha256, parse_bundle
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile

if TYPE_CHECKING:
    # At run time torch is imported where a program is loaded: it is most of a cold start.
    from tocsin.adapters.program import Program

log = logging.getLogger(__name__)

ReadFile = Callable[[str], Awaitable[bytes | None]]


class TorchModel:
    """A loaded program. One pass at a time, on one thread: small instances have one core."""

    def __init__(self, spec: BundleSpec, program: Program) -> None:
        self._spec = spec
        self._program = program
        self._turn = threading.Lock()

    @property
    def spec(self) -> BundleSpec:
        return self._spec

    def score(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
        """Scores ``[k]``, contributions and sensors ``[k, c]`` of windows ``[k, window, c]``."""
        import torch  # noqa: PLC0415 (loaded with the program)

        with self._turn, torch.inference_mode():
            answer = self._program(torch.from_numpy(np.ascontiguousarray(windows)))
        score, contributions, sensors = (part.numpy() for part in answer)
        return score, contributions, sensors.astype(np.int8)


def load_model(spec: BundleSpec, program: bytes, profile: Profile) -> TorchModel:
    """Load a checked program and try it once.

    Raises InvalidBundleError when it is damaged or answers in other shapes than it should.
    """
    import torch  # noqa: PLC0415 (most of a cold start, so only where it is needed)

    from tocsin.adapters.program import load_program  # noqa: PLC0415 (imports torch)

    torch.set_num_threads(1)
    settle_memory()
    try:
        model = TorchModel(spec, load_program(program))
        windows = np.zeros((2, spec.window, len(spec.channels)), dtype=np.float32)
        shapes = [part.shape for part in model.score(windows)]
    except Exception as error:
        raise InvalidBundleError(
            f"bundle {spec.version!r} of profile {profile.name!r} does not load: {error}"
        ) from error
    wanted = [(2,), (2, len(spec.channels)), (2, len(spec.channels))]
    if shapes != wanted:
        raise InvalidBundleError(
            f"bundle {spec.version!r} of profile {profile.name!r} answers in shapes {shapes}, not "
            f"{wanted}; train it again"
        )
    return model


@dataclass(slots=True)
class _Slot:
    """What is known of one profile's model. ``checked_at`` is on the caller's clock, in s."""

    model: TorchModel | None = None
    active: bytes | None = None
    checked_at: float | None = None
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    refresh: asyncio.Task[None] | None = None


class ActiveModels:
    """The port Models: each profile's active bundle, looked up again every *refresh_s* seconds.

    The first look-up is waited for; later ones run beside the scoring, which goes on with the
    model it has. A bundle that cannot be trusted is refused, logged, and the old one stays.
    """

    def __init__(
        self, read_file: ReadFile, *, refresh_s: float, clock_s: Callable[[], float]
    ) -> None:
        self._read_file = read_file
        self._refresh_s = refresh_s
        self._clock_s = clock_s
        self._slots: dict[str, _Slot] = {}

    async def current(self, profile: Profile) -> TorchModel | None:
        slot = self._slots.setdefault(profile.name, _Slot())
        if slot.checked_at is None:
            await self._look_up_first(slot, profile)
        elif self._clock_s() - slot.checked_at >= self._refresh_s and (
            slot.refresh is None or slot.refresh.done()
        ):
            slot.refresh = asyncio.create_task(self._look_up_again(slot, profile))
        return slot.model

    async def _look_up_first(self, slot: _Slot, profile: Profile) -> None:
        async with slot.busy:
            if slot.checked_at is None:
                await self._look_up(slot, profile)
                slot.checked_at = self._clock_s()

    async def _look_up_again(self, slot: _Slot, profile: Profile) -> None:
        try:
            await self._look_up(slot, profile)
        except AzureError as error:
            log.warning("Models of %r not looked up, going on as before: %s", profile.name, error)
        finally:
            slot.checked_at = self._clock_s()

    async def _look_up(self, slot: _Slot, profile: Profile) -> None:
        active = await self._read_file(f"{profile.name}/active.json")
        if active == slot.active and active is not None:
            return
        try:
            slot.model = await self._load(active, profile)
        except InvalidBundleError as error:
            kept = "none" if slot.model is None else slot.model.spec.version
            log.error("Bundle refused, version in use: %s. %s", kept, error)  # noqa: TRY400 (told)
            return
        slot.active = active
        log.info("Profile %r is scored by bundle %r", profile.name, slot.model.spec.version)

    async def _load(self, active: bytes | None, profile: Profile) -> TorchModel:
        version, bundle_sha256 = parse_active(active, profile)
        folder = f"{profile.name}/{version}"
        bundle = await self._file(f"{folder}/bundle.json")
        check_sha256(bundle, bundle_sha256, f"{folder}/bundle.json")
        spec = parse_bundle(bundle, profile)
        program = await self._file(f"{folder}/{spec.program_file}")
        check_sha256(program, spec.program_sha256, f"{folder}/{spec.program_file}")
        return await asyncio.to_thread(load_model, spec, program, profile)

    async def _file(self, path: str) -> bytes:
        content = await self._read_file(path)
        if content is None:
            raise InvalidBundleError(f"{path} does not exist; publish the bundle again")
        return content


def parse_active(active: bytes | None, profile: Profile) -> tuple[str, str]:
    """The version and the SHA-256 of its bundle.json that an active.json names.

    Raises InvalidBundleError when there is none or it is malformed.
    """
    if active is None:
        raise InvalidBundleError(
            f"profile {profile.name!r} has no active bundle; run python -m ml_model publish"
        )
    try:
        document = json.loads(active)
        version, sha256 = document["version"], document["bundle_sha256"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidBundleError(f"{profile.name}/active.json is malformed: {error!r}") from error
    if not (isinstance(version, str) and isinstance(sha256, str)) or "/" in version:
        raise InvalidBundleError(f"{profile.name}/active.json names no version and SHA-256")
    return version, sha256
