"""Model bundles: fetched, checked, loaded, and swapped when another becomes active."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tocsin.adapters.process_memory import settle_memory
from tocsin.adapters.refresh import Refresh
from tocsin.domain.active_bundle import ACTIVE_FILE, require_active
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
        self._by_profile: dict[str, _ActiveModel] = {}

    async def current(self, profile: Profile) -> TorchModel | None:
        active = self._by_profile.get(profile.name)
        if active is None:
            active = _ActiveModel(
                profile, self._read_file, refresh_s=self._refresh_s, clock_s=self._clock_s
            )
            self._by_profile[profile.name] = active
        return await active.model()


class _ActiveModel:
    """One profile's model, and the active.json that it was loaded by."""

    def __init__(
        self,
        profile: Profile,
        read_file: ReadFile,
        *,
        refresh_s: float,
        clock_s: Callable[[], float],
    ) -> None:
        self._profile = profile
        self._read_file = read_file
        self._model: TorchModel | None = None
        self._loaded_by: bytes | None = None
        self._refresh = Refresh(
            self._look_up, subject=f"Model of {profile.name!r}", every_s=refresh_s, clock_s=clock_s
        )

    async def model(self) -> TorchModel | None:
        await self._refresh.keep()
        return self._model

    async def _look_up(self) -> None:
        profile = self._profile
        active = await self._read_file(f"{profile.name}/{ACTIVE_FILE}")
        if active == self._loaded_by and active is not None:
            return
        try:
            self._model = await self._load(active, profile)
        except InvalidBundleError as error:
            kept = "none" if self._model is None else self._model.spec.version
            log.error("Bundle refused, version in use: %s. %s", kept, error)  # noqa: TRY400 (told)
            return
        self._loaded_by = active
        log.info("Profile %r is scored by bundle %r", profile.name, self._model.spec.version)

    async def _load(self, active: bytes | None, profile: Profile) -> TorchModel:
        named = require_active(active, profile)
        folder = f"{profile.name}/{named.version}"
        bundle = await self._file(f"{folder}/bundle.json")
        check_sha256(bundle, named.bundle_sha256, f"{folder}/bundle.json")
        spec = parse_bundle(bundle, profile)
        program = await self._file(f"{folder}/{spec.program_file}")
        check_sha256(program, spec.program_sha256, f"{folder}/{spec.program_file}")
        return await asyncio.to_thread(load_model, spec, program, profile)

    async def _file(self, path: str) -> bytes:
        content = await self._read_file(path)
        if content is None:
            raise InvalidBundleError(f"{path} does not exist; publish the bundle again")
        return content
