"""Who may do what, and what the app says of itself."""

from __future__ import annotations

from tests.unit.tocsin.triggers.samples.sample import NORTH, Sample

SAMPLES = {
    "health": Sample(),
    "openapi": Sample(),
    "me": Sample(),
    "keys": Sample(),
    "create_key": Sample(
        body={"name": "scraper", "scopes": ["read"], "days": 30},
        status=201,
        bad_bodies=(
            ({"name": "x", "scope": ["read"]}, "'scope' is unknown; use days, name, scopes"),
            ({"scopes": ["read"]}, "give the key 'name'"),
            ({"name": "", "scopes": ["read"]}, "name must have 1 to 80 letters, not ''"),
            ({"name": "a\nb", "scopes": ["read"]}, "name must be text that can be printed"),
            ({"name": "x", "scopes": []}, "scopes must have 1 to 2 entries, not []"),
            ({"name": "x", "scopes": ["write"]}, "scopes must be a list of read or detect"),
            ({"name": "x", "scopes": "read"}, "scopes must be a list of read or detect"),
            ({"name": "x", "scopes": ["read"], "days": 366}, "days must lie between 1 and 365"),
        ),
    ),
    "revoke_key": Sample(route={"id": "000000000001"}),
    "show_access": Sample(),
    "change_access": Sample(
        body={"people": {"ada-1": {"name": "Ada", "sites": {"north": "see"}}}},
        bad_bodies=(
            ({"pepole": {}}, "'pepole' is unknown; use others, people"),
            ({"others": None}, "others must be an object, not None"),
            ({"people": None}, "people must be an object, not None"),
            ({"others": {"north": "own"}}, "others.north must be see or act, not 'own'"),
            ({"others": {" ": "see"}}, "begins or ends with a space"),
            ({"people": {"ada-1": {"sites": ["north"]}}}, "people.ada-1.sites must be an object"),
            ({"people": {"": {}}}, "people: '' is no user id"),
        ),
    ),
    "show_alert_targets": Sample(),
    "change_alert_targets": Sample(
        body={"profiles": {"rig": 0.2}},
        bad_bodies=(
            ({}, "give the key 'profiles'"),
            ({"profile": {}}, "'profile' is unknown; use profiles"),
            ({"profiles": {"rig": "rare"}}, "profiles.rig must be a number"),
            ({"profiles": {"rig": 0}}, "0.001"),
            ({"profiles": {"fan": 1}}, "there is no profile 'fan'"),
        ),
    ),
    "preview_alert_target": Sample(
        body={"profile": "rig", "target": 0.2},
        bad_bodies=(
            ({"profile": "rig"}, "give the key 'target'"),
            ({"target": 1}, "give the key 'profile'"),
            ({"profile": "rig", "target": 0}, "target must lie between 0.001 and 100"),
            ({"profile": "fan", "target": 1}, "no model is active for a profile 'fan'"),
            ({"profile": "rig", "target": 1, "days": 7}, "'days' is unknown; use "),
        ),
    ),
    "show_model": Sample(route={"profile": "rig"}),
    "docs": Sample(),
    "metrics": Sample(),
    "negotiate": Sample(params=NORTH),
    "profiles": Sample(),
    "audit": Sample(
        params={**NORTH, "max": "20"},
        bad_params=(
            ("max", "0"),
            ("max", "201"),
            ("max", "x"),
            ("before", "yesterday"),
            ("before", ""),
        ),
    ),
}
