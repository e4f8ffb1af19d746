"""The key that signs what is published: made once, kept by whoever may activate bundles.

The function app has only its public half, in the setting MODEL_SIGNING_KEYS. So whoever can write
the container ``models`` can damage a bundle, but not replace it (docs/adr/0014).
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ml_model.release.active import PublishError
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.signing import Signature, name_key, parse_public_keys

KEY_SETTING = "MODEL_SIGNING_KEY"  # the private key itself, PEM
KEY_FILE_SETTING = "MODEL_SIGNING_KEY_FILE"
PUBLIC_SETTING = "MODEL_SIGNING_KEYS"  # as the function app has it
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with its key, and trusts what that key or another trusted one has signed."""

    key: Ed25519PrivateKey
    trusted: SigningKeys

    def sign(self, statement: bytes) -> Signature:
        return Signature(name_key(_public_bytes(self.key)), self.key.sign(statement))

    def check(self, statement: bytes, signature: Signature | None, what: str) -> None:
        """Raise InvalidBundleError unless *statement* is signed by a trusted key."""
        self.trusted.check(statement, signature, what)

    def trusts(self, statement: bytes, signature: Signature | None) -> bool:
        try:
            self.check(statement, signature, "")
        except InvalidBundleError:
            return False
        return True

    def made(self, signature: Signature | None) -> bool:
        return signature is not None and signature.key == name_key(_public_bytes(self.key))


def make_key(path: Path) -> str:
    """Write a new private key to *path*, for its owner's eyes only; returns the public key.

    Raises PublishError when there is a file already: a key that is lost cannot be made again.
    """
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError as error:
        raise PublishError(f"{path} exists; a key is never written over") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return _public_text(key)


def read_public_key(path: Path) -> str:
    """The public key, as MODEL_SIGNING_KEYS takes it, of the private key in *path*."""
    return _public_text(_parse_key(path.read_bytes(), str(path)))


def find_signer(path: Path | None, environment: Mapping[str, str]) -> Signer | None:
    """The signer with the key in *path*, or else the one that *environment* names.

    None where there is no key. Raises PublishError when it is malformed, or missing although the
    environment says that the app asks for signatures.
    """
    asked = _parse_trusted(environment.get(PUBLIC_SETTING, ""))
    file = path or (Path(name) if (name := environment.get(KEY_FILE_SETTING)) else None)
    if file is not None:
        key = _parse_key(file.read_bytes(), str(file))
    elif text := environment.get(KEY_SETTING):
        key = _parse_key(text.encode(), KEY_SETTING)
    elif asked:
        raise PublishError(
            f"{PUBLIC_SETTING} is set, so the app takes signed bundles only: name the private key "
            f"with --signing-key FILE, {KEY_FILE_SETTING} or {KEY_SETTING}"
        )
    else:
        return None
    own = _public_bytes(key)
    if asked and own not in asked:
        raise PublishError(f"the key {name_key(own)!r} is not among those of {PUBLIC_SETTING}")
    return Signer(key, SigningKeys((own, *asked)))


def _parse_trusted(text: str) -> tuple[bytes, ...]:
    try:
        return parse_public_keys(text)
    except ValueError as error:
        raise PublishError(f"{PUBLIC_SETTING} holds no public keys: {error}") from error


def _parse_key(content: bytes, where: str) -> Ed25519PrivateKey:
    # What the library says of a malformed key may quote it.
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise PublishError(f"{where} holds no private key (PEM, not encrypted)") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise PublishError(f"{where} holds a key of another kind than Ed25519")
    return key


def _public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _public_text(key: Ed25519PrivateKey) -> str:
    return b64encode(_public_bytes(key)).decode()
