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


def routes(address: str) -> list[web.RouteDef]:
    """Routes to the files of the page, for a server that listens at *address*."""
    headers = security_headers(address)
    files = {path.name: path for path in _FOLDER.iterdir() if path.suffix in _TYPES}

    async def show(request: web.Request) -> web.FileResponse:
        path = files.get(request.match_info.get("name", "index.html"))
        if path is None:
            raise web.HTTPNotFound(text="there is no such page\n", headers=headers)
        return web.FileResponse(path, headers=headers | {"Content-Type": _TYPES[path.suffix]})

    return [web.get("/", show), web.get("/{name}", show)]


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
