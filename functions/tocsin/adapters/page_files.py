"""The files of the page, read once, with the headers that keep it to itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tocsin.settings import Connection

FOLDER = Path(__file__).parents[1] / "page"
START = "index.html"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """tag: names the content, for a browser that has it already (RFC 9110, ETag)."""

    body: bytes
    media_type: str
    tag: str


@dataclass(frozen=True, slots=True)
class Page:
    """The files by name, and the headers of each."""

    files: Mapping[str, PageFile]
    headers: Mapping[str, str]


def load_page(webpubsub: Connection, folder: Path = FOLDER) -> Page:
    """The page that is built of ``dashboard/`` into *folder*; none where it is not built.

    Some dozens of files, served without folders; other kinds are left out.
    """
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    files = {path.name: _read(path) for path in paths if path.suffix in TYPES}
    return Page(files, security_headers(find_live_origin(webpubsub)))


def security_headers(live_origin: str) -> dict[str, str]:
    """Own files and nothing else, and live messages from *live_origin* alone."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {live_origin}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        # Asked for again each time, and answered without a body while it is the same.
        "Cache-Control": "no-cache",
    }


def find_live_origin(webpubsub: Connection) -> str:
    """Where browsers open the WebSocket of *webpubsub*, such as ``wss://x.webpubsub.azure.com``."""
    address = webpubsub.endpoint or _find_endpoint(webpubsub.connection_string or "")
    parts = urlsplit(address)
    return f"{'ws' if parts.scheme == 'http' else 'wss'}://{parts.netloc}"


def _find_endpoint(connection_string: str) -> str:
    for part in connection_string.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "endpoint":
            return value.strip()
    return ""


def _read(path: Path) -> PageFile:
    body = path.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return PageFile(body, TYPES[path.suffix], tag)
