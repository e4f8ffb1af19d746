"""The local Azure as a whole: started in order, each part killed and restarted at will."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from local import services
from local.endpoints import Endpoints
from local.environments import (
    keep_signing_key,
    list_app_settings,
    list_command_settings,
    list_device_settings,
)
from local.func_host import make_func_host
from local.identities.grants import LOCAL, keep_grants, read_deployed
from local.identities.tokens import Tokens
from local.ports import check_ports
from local.prepare import (
    create_blob_containers,
    create_cosmos_containers,
    create_queues,
    publish_models,
    write_local_settings,
)
from local.processes import ROOT, Child

HostKind = Literal["embedded", "func", "none"]
Tell = Callable[[str], None]

HOSTS = ("functions_host", "scoring_host")
DISABLED_SCORING = {"AzureWebJobs.score_telemetry.Disabled": "true"}


class Stack:
    """Azurite, the stand-ins, the functions host and the front door.

    ``children`` holds them by name; the first five know nothing of each other. With the host "none"
    the functions host is left out: somebody else starts it.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        state: Path,
        *,
        host: HostKind = "embedded",
        tell: Tell = print,
        on_start: Callable[[int], None] | None = None,
        seen_by_app: Endpoints | None = None,
        app: Path = ROOT / "functions",
        env: Mapping[str, str] | None = None,
        scores_apart: bool = False,
    ) -> None:
        """*tell* gets a line for people; *on_start* the process id of every child started.

        *seen_by_app*: where the functions find the services, if they do not reach them directly.
        *app*, *env*: the app's folder, if not the checkout's, and what its host needs besides.
        *scores_apart*: scoring has a host of its own, as the platform gives each function that is
        not HTTP instances of its own. Of the embedded host alone.
        """
        self.endpoints = endpoints
        self.state = state
        self._signing_key = keep_signing_key(state)
        self._settings = list_app_settings(seen_by_app or endpoints, state)
        self.tell = tell
        host_env = {**(env or {}), **self._settings}
        self.children: dict[str, Child] = {
            "azurite": services.make_azurite(endpoints, state),
            "iothub": services.make_iothub(endpoints, state),
            "cosmos": services.make_cosmos(endpoints, state),
            "webpubsub": services.make_webpubsub(endpoints, state),
            "insights": services.make_insights(endpoints, state),
        }
        if endpoints.keyless is not None:
            self.children["identity"] = services.make_identity(endpoints, state)
        if host != "none":
            make = services.make_functions_host if host == "embedded" else make_func_host
            rest_env = {**host_env, **DISABLED_SCORING} if scores_apart else host_env
            self.children["functions_host"] = make(endpoints, state, app=app, env=rest_env)
        if scores_apart:
            self.children["scoring_host"] = services.make_scoring_host(
                endpoints, state, app=app, env=host_env
            )
        self.children["front_door"] = services.make_front_door(endpoints, state)
        self._on_start = on_start
        for child in self.children.values():
            self.adopt(child)

    def adopt(self, child: Child) -> Child:
        """Have *on_start* told of *child* too, which is not one of the services."""
        child.on_start = self._on_start
        return child

    def list_device_settings(self) -> dict[str, str]:
        """How devices and their provisioning reach the hub."""
        return list_device_settings(self.endpoints, str(self.children["iothub"].ready["ca"]))

    @property
    def url(self) -> str:
        return f"{self.endpoints.page_url}/"

    def start(self) -> None:
        """Start everything and create what a deployment would create.

        Raises PortInUseError or ProcessFailedError naming the service.
        """
        check_ports(self.endpoints)
        write_local_settings(ROOT / "functions")
        if self.endpoints.keyless is not None:
            Tokens(self.endpoints.identities)
            keep_grants(self.endpoints.identities, [*read_deployed(), *LOCAL])
            self._start_together("iothub")  # makes the certificates that the others show
            self._start_together("identity", "azurite", "cosmos", "webpubsub", "insights")
        else:
            self._start_together("azurite", "iothub", "cosmos", "webpubsub", "insights")
        with ThreadPoolExecutor() as pool:
            for done in [
                pool.submit(create_cosmos_containers, self.endpoints),
                pool.submit(self._prepare_blobs),
            ]:
                done.result()
        self._start_together(*(name for name in self.children if name in {*HOSTS, "front_door"}))

    def stop(self) -> None:
        """Stop everything, the youngest first."""
        for child in reversed(self.children.values()):
            child.stop()

    def find_fallen(self) -> list[Child]:
        """The children that ended though nobody asked them to."""
        return [child for child in self.children.values() if not child.running]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _prepare_blobs(self) -> None:
        create_blob_containers(self.endpoints)
        create_queues(self.endpoints)
        settings = list_command_settings(self.endpoints, self.state)
        publish_models({**os.environ, **settings}, self._signing_key)

    def _start_together(self, *names: str) -> None:
        with ThreadPoolExecutor() as pool:
            started = {name: pool.submit(self.children[name].start) for name in names}
            for name, done in started.items():
                done.result()
                self.tell(f"  ✓ {name}")
