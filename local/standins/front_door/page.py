"""The page's files, with the headers that keep it to itself."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent / "page"
_TYPES = {  # said here, because some machines know others, with which no script would run
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class PageFiles:
    """Answers with the files of the page, for a server that listens at *address*."""

    def __init__(self, address: str) -> None:
        self._headers = security_headers(address)
        self._files = {path.name: path for path in _FOLDER.iterdir() if path.suffix in _TYPES}

    async def show(self, request: web.Request) -> web.FileResponse:
        path = self._files.get(request.match_info.get("name", "index.html"))
        if path is None:
            raise web.HTTPNotFound(text="there is no such page\n", headers=self._headers)
        return web.FileResponse(path, headers=self._headers | {"Content-Type": _TYPES[path.suffix]})


def security_headers(address: str) -> dict[str, str]:
    """Only own files, and WebSockets on this machine: Web PubSub listens on another port."""
    hosts = dict.fromkeys(["localhost", "127.0.0.1", address])
    sockets = " ".join(f"ws://{host}:*" for host in hosts)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
