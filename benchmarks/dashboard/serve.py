"""The built page and what the comparison needs, on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from tocsin.adapters.page_files import FOLDER, START

HERE: Final = Path(__file__).parent
ECHARTS: Final = Path(__file__).parents[2] / "dashboard/node_modules/echarts/dist"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Say nothing: the figures are on standard output."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The files of *folder*, below the address that this gives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()


def check_built() -> None:
    """Raises FileNotFoundError, with what to do, where there is nothing to measure."""
    for path in find_missing():
        raise FileNotFoundError(f"{path} is missing; run `python -m local setup`")


def find_missing() -> list[Path]:
    """What would have to be there and is not."""
    needed = (FOLDER / START, ECHARTS / "echarts.min.js")
    return [path for path in needed if not path.is_file()]
