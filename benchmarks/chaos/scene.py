"""A running system and the means to hurt it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.chaos.disk import fill
from benchmarks.chaos.proxy import TroubledProxy
from benchmarks.chaos.trouble import HEALTHY, Trouble
from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.run import Options, Run
from local.stack import Stack

# The ports of each service that the functions reach through a proxy.
PORTS: Mapping[str, Sequence[str]] = {
    "cosmos": ("cosmos",),
    "webpubsub": ("webpubsub",),
    "storage": ("blob", "queue", "table"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """When something was wrong, in ms since the epoch."""

    start: float
    end: float

    def covers(self, t: float) -> bool:
        return self.start <= t < self.end


@dataclass(frozen=True, slots=True)
class Scene:
    """A stack with a fleet at work. ``pace``: every time is so many times as long."""

    stack: Stack
    run: Run
    proxies: Mapping[str, Sequence[TroubledProxy]]
    rng: random.Random
    pace: float

    def wait(self, seconds: float) -> None:
        time.sleep(seconds * self.pace)

    def kill(self, names: Sequence[str], *, away_s: float) -> Span:
        """End parts at the same moment, as a power cut would, and start them again."""
        start = time.time()
        for name in names:
            self.stack.children[name].kill()
        self.wait(away_s)
        for name in names:
            self.stack.children[name].start()
        return _span(start)

    def freeze(self, name: str, *, for_s: float) -> Span:
        """Have a part stand still and go on."""
        start = time.time()
        child = self.stack.children[name]
        child.freeze()
        try:
            self.wait(for_s)
        finally:
            child.thaw()
        return _span(start)

    def trouble(self, service: str, trouble: Trouble, *, for_s: float) -> Span:
        """Have the functions' way to a service fail, and heal."""
        start = time.time()
        for proxy in self.proxies[service]:
            proxy.suffer(trouble)
        try:
            self.wait(for_s)
        finally:
            for proxy in self.proxies[service]:
                proxy.suffer(HEALTHY)
        return _span(start)

    def fill_disk(self, *, for_s: float) -> Span:
        """Leave the services' disk without a free byte."""
        start = time.time()
        ballast = self.stack.state / "ballast"
        fill(ballast)
        try:
            self.wait(for_s)
        finally:
            ballast.unlink()
        return _span(start)


@contextmanager
def set_scene(
    folder: Path, *, state: Path, seed: int, devices: int, duration_s: float, pace: float
) -> Iterator[Scene]:
    """A stack whose data lie in *state*, with a fleet that works for *duration_s* at *pace*."""
    endpoints = Endpoints.free(find_free_address())
    seen = _choose_ports(endpoints)
    with ExitStack() as parts:
        proxies = {
            service: [
                parts.enter_context(
                    TroubledProxy(endpoints.address, getattr(seen, port), getattr(endpoints, port))
                )
                for port in ports
            ]
            for service, ports in PORTS.items()
        }
        stack = parts.enter_context(Stack(endpoints, state, tell=_keep_quiet, seen_by_app=seen))
        options = _choose_options(folder, seed, devices, duration_s * pace, endpoints.address)
        run = Run(stack, options)
        parts.callback(run.stop)
        run.start()
        yield Scene(stack, run, proxies, random.Random(seed), pace)


def _choose_ports(endpoints: Endpoints) -> Endpoints:
    """The endpoints as the functions see them: other ports where a proxy stands before."""
    others = Endpoints.free(endpoints.address)
    names = [port for ports in PORTS.values() for port in ports]
    return replace(endpoints, **{name: getattr(others, name) for name in names})


def _choose_options(
    folder: Path, seed: int, devices: int, duration_s: float, address: str
) -> Options:
    return Options(
        duration_s=duration_s,
        report=None,
        devices=devices,
        seed=seed,
        faults="demo",
        history_s=120,
        host="embedded",
        state=folder,
        keep=True,
        address=address,
    )


def _span(start_s: float) -> Span:
    return Span(start_s * 1_000, time.time() * 1_000)


def _keep_quiet(line: str) -> None:
    """The benchmark prints one JSON object and its own progress."""
