"""The addresses this service is known by, which tokens name as their audience."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Origins:
    """The service's own address; clients behind a forwarded port dial another."""

    address: str
    port: int
    scheme: str = "http"

    def urls(self, request: web.Request, path: str) -> list[str]:
        """*path* at the address the caller dialled and at the service's own."""
        hosts = [request.host.lower(), f"{self.address}:{self.port}"]
        if self.address == "127.0.0.1":
            hosts.append(f"localhost:{self.port}")
        return [f"{self.scheme}://{host}{path}" for host in dict.fromkeys(hosts)]
