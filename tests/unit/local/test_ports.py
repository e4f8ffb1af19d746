"""Ports that are taken are all named, and waited for where they are about to become free."""

from __future__ import annotations

import socket
import threading

import pytest

from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.ports import PortInUseError, check_ports, find_taken


def test_every_taken_port_is_named_with_the_way_out() -> None:
    endpoints = Endpoints.free(find_free_address())
    with (
        socket.create_server((endpoints.address, endpoints.cosmos)),
        socket.create_server((endpoints.address, endpoints.front)),
    ):
        assert find_taken(endpoints) == {"cosmos": endpoints.cosmos, "front": endpoints.front}
        with pytest.raises(PortInUseError, match=rf"{endpoints.cosmos} \(cosmos\).*ADDRESS="):
            check_ports(endpoints)
    check_ports(endpoints)


def test_a_port_that_becomes_free_is_waited_for() -> None:
    endpoints = Endpoints.free(find_free_address())
    server = socket.create_server((endpoints.address, endpoints.blob))
    closing = threading.Timer(0.3, server.close)
    closing.start()
    check_ports(endpoints, within_s=15)
    closing.join()
