"""What is signed of a published bundle, and how keys and signatures are written.

Hashes say that a bundle is whole; a signature says whose it is. Signed are the description of a
bundle, which holds the hash of its program, and the file that makes a version active
(docs/adr/0014-whose-a-bundle-is.md).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

from tocsin.domain.errors import InvalidBundleError

SIGNATURE_SUFFIX = ".sig"
KEY_BYTES = 32
SIGNATURE_BYTES = 64
LARGEST_SIGNATURE_FILE = 1_024


@dataclass(frozen=True, slots=True)
class Signature:
    """``key``: the id of the key that made it; ``value``: the Ed25519 signature, 64 bytes."""

    key: str
    value: bytes

    def to_document(self) -> dict[str, str]:
        return {"key": self.key, "signature": b64encode(self.value).decode()}

    def to_bytes(self) -> bytes:
        """The content of the file beside what is signed."""
        return json.dumps(self.to_document()).encode()


def state_bundle(profile: str, description: bytes) -> bytes:
    """The bytes that are signed of a ``bundle.json`` with the content *description*."""
    return b"\n".join((b"tocsin bundle 1", profile.encode(), description))


def state_activation(profile: str, document: dict[str, object]) -> bytes:
    """The bytes that are signed of an ``active.json`` that says *document*."""
    said = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return b"\n".join((b"tocsin active 1", profile.encode(), said.encode()))


def parse_signature(document: object) -> Signature | None:
    """None where there is none, or what is there makes no sense as one."""
    if not isinstance(document, dict):
        return None
    key, value = document.get("key"), document.get("signature")
    if not (isinstance(key, str) and isinstance(value, str)):
        return None
    try:
        found = b64decode(value, validate=True)
    except ValueError:
        return None
    return Signature(key, found) if len(found) == SIGNATURE_BYTES else None


def parse_signature_file(content: bytes | None, what: str) -> Signature:
    """The signature in a file. Raises InvalidBundleError where there is none."""
    if content is None:
        raise InvalidBundleError(f"{what} is not signed; publish the bundle again with a key")
    try:
        document = json.loads(content[:LARGEST_SIGNATURE_FILE])
    except (ValueError, RecursionError):
        document = None
    found = parse_signature(document)
    if found is None:
        raise InvalidBundleError(f"the signature of {what} is malformed")
    return found


def name_key(public: bytes) -> str:
    """The id of a public key: the beginning of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def parse_public_keys(text: str) -> tuple[bytes, ...]:
    """Public keys in base64, separated by spaces or commas. Raises ValueError."""
    keys = tuple(b64decode(word, validate=True) for word in text.replace(",", " ").split())
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"a public key has {KEY_BYTES} bytes in base64")
    return keys
