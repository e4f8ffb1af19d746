"""All that Core Tools need beside them, and nothing in their place."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from local import beside_func
from local.endpoints import Endpoints
from local.environments import find_authority
from local.stack import Stack
from tests.paths import ROOT
from tests.waiting import wait_until


def test_the_samples_certificate_is_where_the_hub_keeps_it() -> None:
    text = (ROOT / "local.settings.sample.json").read_text(encoding="utf-8")
    (path,) = re.findall(r'"REQUESTS_CA_BUNDLE": "(.+)"', text)
    assert (ROOT / "functions" / path).resolve() == find_authority(ROOT / beside_func.STATE)


def test_the_sample_names_the_addresses_that_are_served() -> None:
    text = (ROOT / "local.settings.sample.json").read_text(encoding="utf-8")
    own = Endpoints()
    for port in (own.iothub, own.cosmos, own.webpubsub):
        assert f"localhost:{port}" in text


def test_no_functions_host_is_started(tmp_path: Path) -> None:
    stack = Stack(Endpoints("127.0.0.1"), tmp_path, host="none")
    services = ["azurite", "iothub", "cosmos", "webpubsub", "insights", "front_door"]
    assert [*stack.children] == services


def test_it_serves_until_it_is_told_to_stop(endpoints: Endpoints, tmp_path: Path) -> None:
    own = Endpoints.free(endpoints.address)
    program = (
        "import sys; from pathlib import Path; from local.beside_func import serve_beside; "
        "from local.endpoints import Endpoints; "
        f"sys.exit(serve_beside({own!r}, Path({str(tmp_path / 'state')!r})))"
    )
    log = tmp_path / "log"
    with log.open("w", encoding="utf-8") as written:
        running = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=written)
    try:
        wait_until(lambda: "func start" in log.read_text("utf-8"), within_s=60)
        with pytest.raises(HTTPError, match="502"):  # the host is somebody else's to start
            urlopen(f"http://{own.address}:{own.front}/api/health", timeout=10)
        os.kill(running.pid, signal.SIGINT)
        assert running.wait(30) == 0
    finally:
        running.kill()
