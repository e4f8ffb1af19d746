"""May this identity do that? By its roles, as they are at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from local.identities.grants import RUN_FILE, Grant, load_roles, parse_grants
from local.identities.tokens import TokenCheck

Stamp = tuple[int, int]


class ForbiddenError(Exception):
    """The caller is known and lacks a role; the text names the roles that would do."""


class Access:
    """Decides by the files in *folder*: the public key, and the grants of the run.

    *audiences*: the names by which tokens may mean the service that asks.
    """

    def __init__(self, folder: Path, *audiences: str) -> None:
        self._tokens = TokenCheck(folder)
        self._audiences = frozenset(name.rstrip("/") for name in audiences)
        self._path = folder / RUN_FILE
        self._roles: Mapping[str, Sequence[str]] = load_roles()
        self._grants: list[Grant] = []
        self._read_at: Stamp | None = None

    def check(self, token: str, action: str, resource: str, *, or_part: bool = False) -> str:
        """Who calls, when *token*'s identity may do *action* on *resource*.

        With *or_part* it is enough to have the role on a part of it. Raises UnknownCallerError,
        ForbiddenError.
        """
        who = self._tokens.read_caller(token, self._audiences)
        self._read_anew()
        for grant in self._grants:
            if (
                grant.who == who
                and (is_within(resource, grant.on) or (or_part and is_within(grant.on, resource)))
                and allows(self._roles.get(grant.role, ()), action)
            ):
                return who
        raise ForbiddenError(explain_refusal(who, action, resource, self._roles))

    def _read_anew(self) -> None:
        status = self._path.stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._read_at:
            self._grants = parse_grants(self._path.read_text(encoding="utf-8"))
            self._read_at = stamp


def is_within(resource: str, scope: str) -> bool:
    """Whether *resource* is *scope* or a part of it."""
    return not scope or f"{resource}/".lower().startswith(f"{scope}/".lower())


def allows(allowed: Sequence[str], action: str) -> bool:
    return any(
        action.startswith(entry[:-1]) if entry.endswith("*") else action == entry
        for entry in allowed
    )


def explain_refusal(
    who: str, action: str, resource: str, roles: Mapping[str, Sequence[str]]
) -> str:
    fit = [name for name, allowed in roles.items() if allows(allowed, action)]
    return f"{who} needs the role {' or '.join(fit)} on {resource}, to {action}"
