"""Model bundles: fetched, checked, loaded, and swapped when another becomes active."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tocsin.adapters.known.refresh import Refresh
from tocsin.adapters.models.process_memory import settle_memory
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.domain.errors import DeliveryError, InvalidBundleError, RefusedError
from tocsin.domain.models.active_bundle import Active
from tocsin.domain.models.bundle import BundleSpec, parse_bundle
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.scoring import Activations

if TYPE_CHECKING:
    # At run time torch is imported where a program is loaded: it is most of a cold start.
    from tocsin.adapters.program.run import Program

log = logging.getLogger(__name__)

# What torch and the steps raise for tensors and numbers that do not go together.
_FAILURES = (RuntimeError, TypeError, ValueError, IndexError, OverflowError, AttributeError)


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

    from tocsin.adapters.program.graph import load_program  # noqa: PLC0415 (imports torch)

    torch.set_num_threads(1)
    settle_memory()
    try:
        model = TorchModel(spec, load_program(program))
        windows = np.zeros((2, spec.window, len(spec.channels)), dtype=np.float32)
        shapes = [part.shape for part in model.score(windows)]
    except (InvalidBundleError, *_FAILURES) as error:
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

    The first look-up is waited for, and so is each until there is a model; later ones run beside
    the scoring, which goes on with the model it has. A bundle that cannot be trusted is refused,
    logged, and the old one stays.
    """

    def __init__(
        self,
        bundles: PublishedBundles,
        activations: Activations,
        *,
        refresh_s: float,
        clock_s: Callable[[], float],
    ) -> None:
        self._bundles = bundles
        self._activations = activations
        self._refresh_s = refresh_s
        self._clock_s = clock_s
        self._by_profile: dict[str, _ActiveModel] = {}

    async def current(self, profile: Profile) -> TorchModel | None:
        return await self._find(profile).model()

    async def state(self, profile: Profile) -> ModelState:
        active = self._find(profile)
        try:
            await active.model()
        except DeliveryError as error:
            log.warning("Model of %r not looked up: %s", profile.name, error)
            return ModelState(refused="the storage of the bundles does not answer")
        return active.state

    def list_refused(self) -> Mapping[str, str]:
        """By profile why its active bundle was refused, of those that were looked up so far."""
        states = {name: active.state for name, active in self._by_profile.items()}
        return {name: state.refused for name, state in states.items() if state.refused}

    def _find(self, profile: Profile) -> _ActiveModel:
        active = self._by_profile.get(profile.name)
        if active is None:
            active = _ActiveModel(
                profile,
                self._bundles,
                self._activations,
                refresh_s=self._refresh_s,
                clock_s=self._clock_s,
            )
            self._by_profile[profile.name] = active
        return active


class _ActiveModel:
    """One profile's model, and the active.json that it was loaded by."""

    def __init__(
        self,
        profile: Profile,
        bundles: PublishedBundles,
        activations: Activations,
        *,
        refresh_s: float,
        clock_s: Callable[[], float],
    ) -> None:
        self._profile = profile
        self._bundles = bundles
        self._activations = activations
        self._model: TorchModel | None = None
        self._loaded_by: bytes | None = None
        self._refused_by: bytes | None = None
        self._first = asyncio.Lock()
        self.state = ModelState()
        self._refresh = Refresh(
            self._look_up, subject=f"Model of {profile.name!r}", every_s=refresh_s, clock_s=clock_s
        )

    async def model(self) -> TorchModel | None:
        await self._refresh.current()
        if self._model is None:
            await self._look_for_first()
        return self._model

    async def _look_for_first(self) -> None:
        """Readings that pass without a model are never scored: while there is none, whether one
        has become active is asked for each batch. What was refused is not tried again here."""
        async with self._first:
            try:
                content = await self._bundles.read_active(self._profile)
                if self._model is None and content not in {None, self._refused_by}:
                    await self._look_up()
            except DeliveryError as error:
                log.warning("Model of %r not looked up: %s", self._profile.name, error)

    async def _look_up(self) -> None:
        content: bytes | None = None
        try:
            content = await self._bundles.read_active(self._profile)
            if content == self._loaded_by and content is not None:
                self.state = replace(self.state, refused=None)
                return
            self._model, active = await self._load(content)
        except (InvalidBundleError, RefusedError) as error:
            self._refused_by = content
            self.state = replace(self.state, refused=str(error))
            kept = self.state.version or "none"
            log.error("Bundle refused, version in use: %s. %s", kept, error)  # noqa: TRY400 (told)
            return
        self._loaded_by = content
        version = self._model.spec.version
        self.state = ModelState(version=version, activated_at=active.activated_at or None)
        log.info("Profile %r is scored by bundle %r", self._profile.name, version)

    async def _load(self, content: bytes | None) -> tuple[TorchModel, Active]:
        profile = self._profile
        active, named = self._bundles.check_active(content, profile)
        # Who may write the files could put back an old one that was signed in its time.
        if self._bundles.signed and active.activated_at < await self._find_latest():
            raise InvalidBundleError(
                f"active.json of profile {profile.name!r} is older than one that was in use; "
                "to go back to a version, use python -m ml_model rollback or promote"
            )
        description = await self._bundles.read_description(profile, named)
        spec = parse_bundle(description, profile)
        program = await self._bundles.read_program(profile, named, spec)
        model = await asyncio.to_thread(load_model, spec, program, profile)
        if self._bundles.signed:
            await self._activations.keep_latest(profile.name, active.activated_at)
        return model, active

    async def _find_latest(self) -> int:
        known = await self._activations.find_latest(self._profile.name)
        return max(known, self.state.activated_at or 0)
