"""The headers that the front door sets: who is signed in."""

from __future__ import annotations

import base64
import json

from local.standins.front_door.principal import PRINCIPALS, principal_headers


def test_the_principal_is_in_the_shape_of_app_service() -> None:
    operator = PRINCIPALS["operator"]
    assert operator is not None
    headers = principal_headers(operator)
    principal = json.loads(base64.b64decode(headers["x-ms-client-principal"]))
    assert set(principal) == {"auth_typ", "name_typ", "role_typ", "claims"}
    assert {"typ": "roles", "val": "operator"} in principal["claims"]
    assert {"typ": "roles", "val": "viewer"} in principal["claims"]
    assert headers["x-ms-client-principal-id"] == "local-operator"
