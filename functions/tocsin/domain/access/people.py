"""Which sites each person may see and act on, as an admin says it (docs/formats.md).

The role says what a person may do, this says where. Who is not named counts as one of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from tocsin.domain.access.principal import Principal
from tocsin.domain.errors import ForbiddenError, InvalidRequestError
from tocsin.domain.sites import check_site_id

Level = Literal["see", "act"]
EVERY_SITE = "*"
MOST_PEOPLE = 1_000
MOST_SITES = 200  # of a person
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Sites:
    """Some sites, or every one: ``names`` is None."""

    names: frozenset[str] | None = None

    def __contains__(self, site_id: object) -> bool:
        return self.names is None or site_id in self.names

    @property
    def is_every(self) -> bool:
        return self.names is None

    def keep(self, site_ids: Iterable[str]) -> list[str]:
        """Those of *site_ids* that are among these."""
        return [site_id for site_id in site_ids if site_id in self]


EVERY = Sites()
NONE = Sites(frozenset())


@dataclass(frozen=True, slots=True)
class Grant:
    """By site what is allowed there; EVERY_SITE stands for all. Who may act may see."""

    sites: Mapping[str, Level]
    name: str = ""

    @property
    def sees(self) -> Sites:
        return _gather(self.sites)

    @property
    def acts(self) -> Sites:
        return _gather(site for site, level in self.sites.items() if level == "act")


@dataclass(frozen=True, slots=True)
class Access:
    """``people``: by user id. ``others``: of everyone else who has a role."""

    others: Grant = field(default_factory=lambda: Grant({EVERY_SITE: "act"}))
    people: Mapping[str, Grant] = field(default_factory=dict)

    def find_rights(self, principal: Principal) -> Rights:
        grant = self.people.get(principal.user_id or "", self.others)
        return Rights(principal, grant.sees, grant.acts)


@dataclass(frozen=True, slots=True)
class Rights:
    """Who asks, and where they may look and act."""

    principal: Principal
    sees: Sites = NONE
    acts: Sites = NONE

    def must_see(self, site_id: str) -> None:
        """Raise ForbiddenError, the same whether or not there is such a site."""
        if site_id not in self.sees:
            raise ForbiddenError(f"you may not see the site {site_id!r:.140}; an admin may let you")

    def must_act(self, site_id: str) -> None:
        """Raise ForbiddenError, the same whether or not there is such a site."""
        if site_id not in self.acts:
            raise ForbiddenError(
                f"you may not act on the site {site_id!r:.140}; an admin may let you"
            )

    def must_act_everywhere(self) -> None:
        """Raise ForbiddenError unless no site is kept from this user."""
        if not self.acts.is_every:
            raise ForbiddenError("this may concern any site, and you may not act on all of them")


def parse_access(content: Mapping[str, Any]) -> Access:
    """Raises InvalidRequestError naming what is malformed. Nothing set: everyone is everywhere."""
    people = content.get("people", {})
    if len(people) > MOST_PEOPLE:
        raise InvalidRequestError(f"{len(people)} people are more than {MOST_PEOPLE}")
    others = content.get("others")
    return Access(
        others=Access().others if others is None else _parse_grant({"sites": others}, "others"),
        people={
            _check_id(user_id): _parse_grant(person, f"people.{user_id}")
            for user_id, person in people.items()
        },
    )


def describe_access(access: Access) -> dict[str, Any]:
    """The content that ``parse_access`` would read."""
    return {
        "others": dict(access.others.sites),
        "people": {
            user_id: {"name": grant.name, "sites": dict(grant.sites)}
            for user_id, grant in sorted(access.people.items())
        },
    }


def _parse_grant(part: Mapping[str, Any], where: str) -> Grant:
    sites = part.get("sites", {})
    if len(sites) > MOST_SITES:
        raise InvalidRequestError(f"{where:.160} has {len(sites)} sites; {MOST_SITES} are most")
    for site_id, level in sites.items():
        check_site_id(site_id)
        if level not in get_args(Level):
            raise InvalidRequestError(
                f"{where:.160}: {level!r:.80} at {site_id} is none of {', '.join(get_args(Level))}"
            )
    return Grant(sites, part.get("name", ""))


def _check_id(user_id: str) -> str:
    if not user_id.isprintable() or not 0 < len(user_id) <= LONGEST_ID:
        raise InvalidRequestError(
            f"people: {user_id!r:.80} is no user id; it has 1 to {LONGEST_ID} letters"
        )
    return user_id


def _gather(site_ids: Iterable[str]) -> Sites:
    names = frozenset(site_ids)
    return EVERY if EVERY_SITE in names else Sites(names)
