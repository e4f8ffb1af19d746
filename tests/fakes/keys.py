"""Signing keys that are made for one test."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ml_model.release.signing import Signer
from tocsin.adapters.models.signing_keys import SigningKeys


def new_signer() -> Signer:
    """Signs with a new key, and trusts that one alone."""
    key = Ed25519PrivateKey.generate()
    return Signer(key, SigningKeys([public_of(key)]))


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def keys_of(*signers: Signer) -> SigningKeys:
    """What trusts the keys of all *signers*."""
    return SigningKeys([public_of(signer.key) for signer in signers])
