"""How people are reached: the settings of email, Slack and webhooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

Security = Literal["tls", "starttls", "none"]
_SCHEMES: Mapping[str, tuple[Security, int]] = {
    "smtps": ("tls", 465),
    "starttls": ("starttls", 587),
    "smtp": ("none", 25),
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SENDER = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_PAGE = re.compile(
    r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?"
)
LEAST_KEY = 16  # letters


@dataclass(frozen=True, slots=True)
class MailServer:
    """``sender``: the address that mails are from. The password stays out of every log."""

    host: str
    port: int
    security: Security
    user: str | None
    sender: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """``slack``, ``webhooks``: addresses by name; all but the names are secrets.

    ``page_url``: where the page is, without a slash at the end; empty where nobody said so.
    """

    mail: MailServer | None = None
    slack: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhooks: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhook_key: bytes = field(default=b"", repr=False)
    page_url: str = ""


def parse_mail_server(text: str) -> MailServer | None:
    """``smtps://``, ``starttls://`` or ``smtp://``, then ``[user@]host[:port]``; None for empty.

    Raises ValueError.
    """
    if not text:
        return None
    try:
        parts = urlsplit(text)
        security, usual = _SCHEMES[parts.scheme]
        host, port = parts.hostname, parts.port or usual
    except (ValueError, KeyError) as error:
        raise ValueError("must be like starttls://user@mail.example:587, or smtps:// or smtp://"
                         ) from error  # fmt: skip
    if not host or parts.password is not None or parts.path.strip("/"):
        raise ValueError("must name a host and no password; that is SMTP_PASSWORD's")
    user = None if parts.username is None else unquote(parts.username)
    if user is not None and security == "none":
        raise ValueError("must be smtps:// or starttls:// with a user: a password goes by")
    return MailServer(host, port, security, user, "")


def parse_sender(text: str) -> str:
    """Raises ValueError."""
    if text and _SENDER.fullmatch(text) is None:
        raise ValueError("must be one email address, such as tocsin@plant.example")
    return text


def parse_page(text: str) -> str:
    """The address without a slash at its end; empty for none. Raises ValueError."""
    if text and _PAGE.fullmatch(text) is None:
        raise ValueError("must be like https://tocsin.example, with no user and no ? or # in it")
    return text.rstrip("/")


def parse_addresses(text: str) -> dict[str, str]:
    """``name=https://…``, separated by spaces; the text of a ValueError shows no address."""
    found: dict[str, str] = {}
    for word in text.split():
        name, _, url = word.partition("=")
        parts = urlsplit(url)
        if _NAME.fullmatch(name) is None or name in found:
            raise ValueError("must hold NAME=https://…, each name once, separated by spaces")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"must have an address for {name} that begins with https://")
        found[name] = url
    return found


def parse_secret(text: str) -> bytes:
    """Raises ValueError for one that is too short to be a secret."""
    if text and len(text) < LEAST_KEY:
        raise ValueError(f"must have {LEAST_KEY} letters at least")
    return text.encode()
