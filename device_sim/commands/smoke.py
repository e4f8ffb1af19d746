"""``smoke``: sends a message, and waits until API and live messages show it."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
from collections.abc import Mapping

from device_sim.clock import now_ms
from device_sim.commands.flags import count_type
from device_sim.errors import UsageError
from device_sim.hub.addresses import Hub, hub_from_environment
from device_sim.hub.link import Link, LinkError
from device_sim.hub.message import Composer
from device_sim.hub.registry import Enrolment, HubRegistry, device_keys, provision_devices
from device_sim.hub.sdk_link import make_links, silence_sdk
from device_sim.smoke.page import Page, PageError
from device_sim.smoke.trial import NotSeenError, Passed, see_message
from tocsin.profiles import load_profiles

DEVICE, SITE, PROFILE = "smoke-test", "smoke-test", "motor"
WITHIN_S = 180
FAILED = 3

DESCRIPTION = f"""Register the device {DEVICE!r}, send messages as it, and wait until GET
devices/{{id}}/readings has one and a live message brings it. Prints how long each took, and the id
of the trace that the messages are in, if the app traces at all (TRACE_SHARE). The page's
address is TOCSIN_PAGE where --page does not say it; where SIGN_IN_CLIENT_ID is set, the caller is
the person or workflow that is signed in to Azure, who needs the role viewer."""


def smoke(arguments: argparse.Namespace) -> int:
    """Returns 0, or 3 when a message was not seen in time."""
    hub = hub_from_environment()
    page = _read_page(arguments.page, os.environ)
    silence_sdk()
    registry = HubRegistry(hub)
    provision_devices(registry, [Enrolment(DEVICE, {"siteId": SITE})])
    key = device_keys(registry, [DEVICE])[DEVICE]
    trace_id = secrets.token_hex(16)
    try:
        passed = asyncio.run(_try_out(hub, key, page, trace_id, arguments.within))
    except (NotSeenError, PageError, LinkError) as error:
        sys.stderr.write(f"smoke test failed: {error}\n")
        return FAILED
    sys.stdout.write(
        f"stored and answered by the API after {passed.stored_ms} ms, "
        f"live after {passed.live_ms} ms ({passed.sent} messages sent); trace {trace_id}\n"
    )
    return 0


async def _try_out(hub: Hub, key: str, page: Page, trace_id: str, within_s: int) -> Passed:
    link: Link = make_links(hub, {DEVICE: key})[DEVICE]
    profile = load_profiles()[PROFILE]
    composer = Composer(DEVICE, PROFILE, profile.channel_names, str(now_ms()))
    values = [[(channel.low + channel.high) / 2 for channel in profile.channels]]

    async def send() -> int:
        t = now_ms()
        message = composer.compose([t], values, produced_at=t)
        message.trace = f"00-{trace_id}-{secrets.token_hex(8)}-01"
        await link.send(message)
        return t

    try:
        await link.connect()
        async with page:
            return await see_message(send, page, device=DEVICE, site=SITE, within_s=within_s)
    finally:
        await link.close()


def _read_page(flag: str | None, environment: Mapping[str, str]) -> Page:
    address = flag or environment.get("TOCSIN_PAGE", "")
    if not address.startswith(("http://", "https://")):
        raise UsageError("--page or TOCSIN_PAGE has to be the page's address: https://…")
    return Page(address.rstrip("/"), environment.get("SIGN_IN_CLIENT_ID") or None)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``smoke`` to the command line."""
    parser = commands.add_parser(
        "smoke",
        help="see one message through a deployment",
        description=DESCRIPTION,
        epilog="example: python -m device_sim smoke --page http://localhost:4280",
    )
    parser.add_argument("--page", help="the page's address; default TOCSIN_PAGE")
    parser.add_argument("--within", type=count_type(1, 3_600), default=WITHIN_S, help="seconds")
    parser.set_defaults(command=smoke)
