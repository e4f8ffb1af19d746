"""The public keys whose signatures are trusted."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.signing import Signature, name_key


class SigningKeys:
    """Ed25519 public keys, several while one takes over from another. Without any, nothing is
    asked for a signature."""

    def __init__(self, public: Iterable[bytes] = ()) -> None:
        self._by_id = {name_key(key): key for key in public}

    @property
    def required(self) -> bool:
        return bool(self._by_id)

    def check(self, statement: bytes, signature: Signature | None, what: str) -> None:
        """Raise InvalidBundleError unless one of the keys has signed *statement*."""
        if not self._by_id:
            return
        if signature is None:
            raise InvalidBundleError(f"{what} is not signed; publish the bundle again with a key")
        public = self._by_id.get(signature.key)
        if public is None:
            raise InvalidBundleError(
                f"{what} is signed by the key {signature.key!r:.40}, which is not trusted here"
            )
        # Where no key is set, and in each process before its first bundle, it is not needed.
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (see above)
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 (see above)
            Ed25519PublicKey,
        )

        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature.value, statement)
        except InvalidSignature as error:
            raise InvalidBundleError(
                f"the signature of {what} is of something else, or forged"
            ) from error
