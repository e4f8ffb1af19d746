"""What a client may do with groups: from its token's roles, changed by REST."""

from __future__ import annotations

from collections.abc import Iterable

JOIN_LEAVE = "joinLeaveGroup"
SEND = "sendToGroup"
PERMISSIONS = frozenset({JOIN_LEAVE, SEND})

_PREFIX = "webpubsub."


class Permissions:
    """Permissions, each for one group or, with the group None, for every group."""

    def __init__(self, roles: Iterable[str] = ()) -> None:
        """*roles* as in a token: ``webpubsub.sendToGroup`` or ``webpubsub.sendToGroup.NAME``."""
        self._granted: set[tuple[str, str | None]] = set()
        for role in roles:
            permission, dot, group = role.removeprefix(_PREFIX).partition(".")
            if role.startswith(_PREFIX) and permission in PERMISSIONS:
                self.grant(permission, group if dot else None)

    def grant(self, permission: str, group: str | None) -> None:
        self._granted.add((permission, group))

    def revoke(self, permission: str, group: str | None) -> None:
        self._granted.discard((permission, group))

    def allows(self, permission: str, group: str | None) -> bool:
        return (permission, None) in self._granted or (permission, group) in self._granted
