"""What a site may be called, and how its name becomes part of other names.

A site's id comes from people: ``Werk Süd/1`` is one. Wherever such an id names something (a group,
a lease, the id of a document) it is encoded first, so that no two sites share a name and none is a
path. It is the same name for ids of letters, digits, ``-`` and ``_``.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, unquote

from tocsin.domain.errors import InvalidSiteError

UNASSIGNED_SITE = "unassigned"  # where devices are kept that nobody has put anywhere
LONGEST = 64
# What the hub stamps in place of a tag that is not there, or that is no single value.
_NO_TAG = "$twin."


def check_site_id(value: object) -> str:
    """*value* where it can be the id of a site. Raises InvalidSiteError with the reason."""
    if not isinstance(value, str) or not value:
        raise InvalidSiteError("a site needs an id: 1 to 64 characters of text")
    if len(value) > LONGEST:
        raise InvalidSiteError(f"no site: {value[:20]!r}… has {len(value)} characters; 64 are most")
    if not value.isprintable():
        raise InvalidSiteError(f"no site: {value!r} has characters that cannot be printed")
    if value != value.strip():
        raise InvalidSiteError(f"no site: {value!r} begins or ends with a space")
    if value.startswith(_NO_TAG):
        raise InvalidSiteError(f"no site: {value!r} is what IoT Hub says of a tag that is missing")
    return value


def is_site_id(value: object) -> bool:
    try:
        check_site_id(value)
    except InvalidSiteError:
        return False
    return True


def site_or_unassigned(value: object) -> str:
    """*value* where it is the id of a site; what is none puts a device nowhere."""
    return value if isinstance(value, str) and is_site_id(value) else UNASSIGNED_SITE


def list_sites(found: Iterable[object]) -> list[str]:
    """The ids among *found*, each once and in order; devices without a site come last."""
    sites = {str(site) for site in found if is_site_id(site)}
    return sorted(sites, key=lambda site: (site == UNASSIGNED_SITE, site))


def encode_site(site_id: str) -> str:
    """A name of letters, digits, ``-``, ``_``, inner dots and ``~XX`` for all other bytes.

    ``~`` and not ``%``: whoever decodes an address once too often changes nothing.
    """
    encoded = quote(site_id, safe="").replace("~", "%7E")
    inner = encoded.strip(".")
    start = len(encoded) - len(encoded.lstrip("."))
    # A name that is all dots, or begins or ends with one, is a path or loses them in storage.
    dots = "%2E" * start, "%2E" * (len(encoded) - start - len(inner))
    return f"{dots[0]}{inner}{dots[1]}".replace("%", "~")


def decode_site(name: str) -> str:
    """The site that *name* was made from."""
    return unquote(name.replace("~", "%"))


def group_of(site_id: str) -> str:
    """The Web PubSub group of those who watch a site."""
    return f"site:{encode_site(site_id)}"


def lease_of(site_id: str) -> str:
    """The lease of whoever plans a site."""
    return f"rebalance/{encode_site(site_id)}"
