"""A page of three files, for tests that do not care what is in it: the real one is built first."""

from __future__ import annotations

from tocsin.adapters.page_files import (
    START,
    TYPES,
    Page,
    PageFile,
    find_live_origin,
    security_headers,
)
from tocsin.settings import Connection

FILES = (START, "page.js", "page.css")


def fake_page(webpubsub: Connection) -> Page:
    """The files, with the headers of the product."""
    files = {
        name: PageFile(name.encode(), TYPES[name[name.index(".") :]], f'"{name}"') for name in FILES
    }
    return Page(files, security_headers(find_live_origin(webpubsub)))
