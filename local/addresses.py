"""Loopback addresses of one's own, so that fixed ports (8883) never collide."""

from __future__ import annotations

import random
import socket
import sys

MQTT_PORT = 8883  # the device SDK knows no other


def find_free_address() -> str:
    """A loopback address on which port 8883 is free.

    Linux and Windows route all of 127.0.0.0/8 to the machine itself; macOS only 127.0.0.1.
    """
    if sys.platform == "darwin":
        return "127.0.0.1"
    generator = random.SystemRandom()
    for _ in range(50):
        address = f"127.{generator.randint(1, 254)}.{generator.randint(1, 254)}.1"
        with socket.socket() as probe:
            try:
                probe.bind((address, MQTT_PORT))
            except OSError:
                continue
        return address
    raise RuntimeError(f"no loopback address has port {MQTT_PORT} free")
