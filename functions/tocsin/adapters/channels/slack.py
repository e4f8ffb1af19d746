"""Slack, by incoming webhooks: each an address that posts into one channel of Slack."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tocsin.adapters.channels.addresses import check_name, find_address
from tocsin.adapters.channels.posts import post
from tocsin.domain.notifications.rule import Target
from tocsin.domain.notifications.words import Note

JSON = "application/json; charset=utf-8"
LONGEST_TEXT = 3_000  # Slack cuts what is longer


class SlackChannel:
    """The port Sender. ``hooks``: by name, from the settings; each is a secret."""

    def __init__(self, hooks: Mapping[str, str]) -> None:
        self._hooks = hooks

    def check(self, target: Target) -> None:
        check_name(target.name, self._hooks, "SLACK_WEBHOOKS")

    async def send(self, target: Target, note: Note) -> None:
        url = find_address(target.name, self._hooks, "SLACK_WEBHOOKS")
        body = json.dumps({"text": write_text(note)}).encode()
        await post(url, body, {"Content-Type": JSON}, f"Slack ({target.name})")


def write_text(note: Note) -> str:
    """What was read from devices must not pass for a link or a mention."""
    text = f"*{_escape(note.subject)}*\n{_escape(note.text)}"
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
