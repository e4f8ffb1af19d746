"""What every HTTP route of every port answers to each kind of caller.

A line: method, route, what is asked for instead of its ``{…}`` (``-``: the route as it stands), and
the status that each caller of ``CALLERS`` gets. ``alien-host`` and ``alien-origin`` are operators
whose browser shows a page of another site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# Of the API: ``elsewhere`` is an operator of another site than those that are asked about.
API_CALLERS: Final = (
    "nobody", "malformed", "forged", "viewer", "operator", "admin", "elsewhere", "alien-host",
    "alien-origin",
)  # fmt: skip
# The routes that no API key opens, and those that a key for detecting opens.
FOR_PEOPLE: Final = frozenset({"keys", "keys/{id}"})
FOR_DETECTING: Final = frozenset({"detect"})
# Who gets what another caller gets: the principal in the shape of Static Web Apps, and in both.
SAME_AS: Final = {
    "swa-viewer": "viewer", "swa-operator": "operator", "mixed": "malformed",
    "key-unknown": "malformed", "key-expired": "malformed", "key-revoked": "malformed",
}  # fmt: skip
CALLERS: Final = (
    "nobody", "malformed", "forged", "viewer", "operator", "alien-host", "alien-origin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One route: how it is asked, and the status by caller."""

    method: str
    route: str
    target: str
    statuses: dict[str, int]

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"

    def __str__(self) -> str:
        return self.name


def _list_programs(route: str, by_caller: Mapping[str, int]) -> dict[str, int]:
    """What a program gets with a key for reading, and with one for nothing but detecting: what is
    for everybody, and of the rest what a viewer gets by a route of the key's scope."""
    nobody, viewer = by_caller["nobody"], by_caller["viewer"]
    if nobody != 401:
        return {"key": nobody, "key-detect": nobody}
    return {
        "key": 403 if route in FOR_PEOPLE | FOR_DETECTING else viewer,
        "key-detect": viewer if route in FOR_DETECTING else 403,
    }


def parse_table(text: str, callers: Sequence[str] = CALLERS) -> tuple[Line, ...]:
    """The lines of a table."""
    return tuple(_parse_line(line, callers) for line in text.strip().splitlines())


def _parse_line(text: str, callers: Sequence[str]) -> Line:
    method, route, target, *statuses = text.split()
    by_caller = dict(zip(callers, map(int, statuses), strict=True))
    if callers is API_CALLERS:
        by_caller |= {caller: by_caller[other] for caller, other in SAME_AS.items()}
        by_caller |= _list_programs(route, by_caller)
    return Line(method, route, route if target == "-" else target, by_caller)


# At the functions host the caller is believed, as the host believes the platform in Azure: whoever
# reaches this port is a program of this machine. "forged" has the names, but no role.
API_AT_THE_HOST: Final = parse_table(
    """
GET   health                 -                      200 200 200 200 200 200 200 403 403
GET   openapi.json           -                      200 200 200 200 200 200 200 403 403
GET   docs                   -                      200 200 200 200 200 200 200 403 403
GET   me                     -                      401 401 200 200 200 200 200 403 403
GET   access                 -                      401 401 403 403 403 200 403 403 403
PATCH access                 -                      401 401 403 403 403 200 403 403 403
GET   alert-targets          -                      401 401 403 200 200 200 200 403 403
PATCH alert-targets          -                      401 401 403 403 403 400 403 403 403
POST  alert-targets/preview  -                      401 401 403 403 403 400 403 403 403
GET   metrics                -                      401 401 403 200 200 200 200 403 403
GET   keys                   -                      401 401 403 200 200 200 200 403 403
POST  keys                   -                      401 401 403 400 400 400 400 403 403
DELETE keys/{id}             keys/none              401 401 403 404 404 404 404 403 403
GET   audit                  -                      401 401 403 403 200 200 200 403 403
GET   factors                -                      401 401 403 200 200 200 200 403 403
POST  detect                 -                      401 401 403 400 400 400 400 403 403
GET   negotiate              negotiate?site=north   401 401 403 200 200 200 403 403 403
GET   profiles               -                      401 401 403 200 200 200 200 403 403
GET   models/{profile}       models/none            401 401 403 404 404 404 404 403 403
GET   devices                -                      401 401 403 200 200 200 200 403 403
GET   devices/{id}           devices/rig-1          401 401 403 200 200 200 404 403 403
GET   devices/{id}/readings  devices/rig-1/readings 401 401 403 200 200 200 404 403 403
GET   devices/{id}/feedback  devices/rig-1/feedback 401 401 403 200 200 200 404 403 403
POST  devices/{id}/feedback  devices/rig-1/feedback 401 401 403 403 400 400 400 403 403
DELETE devices/{id}/feedback devices/rig-1/feedback 401 401 403 403 200 200 404 403 403
GET   devices/{id}/limits    devices/rig-1/limits   401 401 403 200 200 200 404 403 403
POST  devices/{id}/limits/preview devices/rig-1/limits/preview 401 401 403 403 400 400 400 403 403
POST  devices/{id}/normal    devices/rig-1/normal   401 401 403 403 400 400 404 403 403
GET   alerts                 -                      401 401 403 200 200 200 200 403 403
GET   incidents              incidents?site=north 401 401 403 200 200 200 403 403 403
GET   incidents/{id}         incidents/none?site=north 401 401 403 404 404 404 403 403 403
POST  incidents/{id}/acknowledge incidents/0/acknowledge?site=north \
  401 401 403 403 404 404 403 403 403
POST  incidents/{id}/shelve  incidents/none/shelve?site=north 401 401 403 403 400 400 403 403 403
POST  incidents/{id}/unshelve incidents/none/unshelve?site=north 401 401 403 403 404 404 403 403 403
POST  incidents/{id}/close   incidents/none/close?site=north 401 401 403 403 404 404 403 403 403
POST  incidents/{id}/comment incidents/none/comment?site=north 401 401 403 403 400 400 403 403 403
POST  incidents/{id}/feedback incidents/none/feedback?site=north 401 401 403 403 400 400 403 403 403
GET   places                 places?site=north       401 401 403 200 200 200 403 403 403
GET   alarm-performance      alarm-performance?site=north 401 401 403 200 200 200 403 403 403
GET   maintenance            maintenance?site=north 401 401 403 200 200 200 403 403 403
PUT   maintenance/{id}       maintenance/night?site=north 401 401 403 403 400 400 403 403 403
DELETE maintenance/{id}       maintenance/night?site=north 401 401 403 403 404 404 403 403 403
POST  maintenance/preview    maintenance/preview?site=north 401 401 403 403 400 400 403 403 403
GET   notification-rules     notification-rules?site=north 401 401 403 403 200 200 403 403 403
PUT   notification-rules/{id} notification-rules/shift?site=north \
  401 401 403 403 400 400 403 403 403
POST  notification-rules/preview notification-rules/preview?site=north \
  401 401 403 403 400 400 403 403 403
DELETE notification-rules/{id} notification-rules/shift?site=north \
  401 401 403 403 404 404 403 403 403
POST  notification-rules/{id}/try notification-rules/shift/try?site=north \
  401 401 403 403 404 404 403 403 403
GET   notifications          notifications?site=north 401 401 403 403 200 200 403 403 403
PUT   notifications          notifications?site=north 401 401 403 403 400 400 403 403 403
GET   deliveries             deliveries?site=north  401 401 403 403 200 200 403 403 403
GET   plans                  plans?site=north       401 401 403 200 200 200 403 403 403
GET   plans/latest           plans/latest?site=north 401 401 403 200 200 200 403 403 403
GET   plans/{version:int}    plans/7?site=north     401 401 403 404 404 404 403 403 403
POST  plans/run              plans/run?site=north   401 401 403 403 202 202 403 403 403
GET   settings/optimiser     settings/optimiser?site=north 401 401 403 200 200 200 403 403 403
PATCH settings/optimiser     settings/optimiser?site=north 401 401 403 403 200 200 403 403 403
GET   settings/overrides     settings/overrides?site=north 401 401 403 200 200 200 403 403 403
PATCH settings/overrides     settings/overrides?site=north 401 401 403 403 200 200 403 403 403
GET   settings/tasks         settings/tasks?site=north 401 401 403 200 200 200 403 403 403
PATCH settings/tasks         settings/tasks?site=north 401 401 403 403 200 200 403 403 403
GET   settings/limits        settings/limits?site=north 401 401 403 200 200 200 403 403 403
PATCH settings/limits        settings/limits?site=north 401 401 403 403 200 200 403 403 403
GET   dead-letters           -                      401 401 403 403 200 200 403 403 403
GET   dead-letters/{id}      dead-letters/none      401 401 403 403 404 404 403 403 403
POST  dead-letters/{id}/replay dead-letters/none/replay 401 401 403 403 404 404 403 403 403
*     {*path}                nowhere                404 404 404 404 404 404 404 403 403
""",
    API_CALLERS,
)


# At the front door the cookie says who somebody is; a forged header of the platform is dropped.
AT_THE_FRONT_DOOR: Final = (*CALLERS, "admin", "key", "key-detect", "key-revoked")
API_AT_THE_FRONT_DOOR: Final = tuple(
    Line(
        line.method,
        line.route,
        line.target,
        {caller: line.statuses[caller] for caller in AT_THE_FRONT_DOOR}
        | {"forged": line.statuses["nobody"]},
    )
    for line in API_AT_THE_HOST
)

# The page, as the app serves it: it holds nothing.
PAGE: Final = parse_table("""
GET  /                       -                        200 200 200 200 200 403 403
HEAD /                       -                        200 200 200 200 200 403 403
GET  {file}                  /page.js                 200 200 200 200 200 403 403
HEAD {file}                  /nothing                 404 404 404 404 404 403 403
""")

# The page and the way in: for everybody on this machine, since here one chooses who one is.
FRONT_DOOR: Final = parse_table("""
*    /api/{path}             /api/health              200 200 200 200 200 403 403
GET  /.auth/me               -                        200 200 200 200 200 403 403
GET  /.auth/login/local      -                        302 302 302 302 302 403 403
GET  /.auth/logout           -                        302 302 302 302 302 403 403
GET  /                       -                        200 200 200 200 200 403 403
GET  /{file}                 /page.js                 200 200 200 200 200 403 403
""")

# The app asks for no keys, so its administration is open to programs of this machine, as in
# Core Tools; never to a page.
ADMINISTRATION: Final = parse_table("""
GET  /admin/host/status      -                        200 200 200 200 200 403 403
GET  /admin/functions        -                        200 200 200 200 200 403 403
POST /admin/functions/{name} /admin/functions/warm_up 202 202 202 202 202 403 403
*    /{path}                 /elsewhere               404 404 404 404 404 403 403
""")

# An app that asks for keys: "viewer" has the key of a function, "operator" the master key.
ADMINISTRATION_WITH_KEYS: Final = parse_table("""
GET  /admin/host/status      -                        401 401 401 401 200 403 403
GET  /admin/functions        -                        401 401 401 401 200 403 403
POST /admin/functions/{name} /admin/functions/echo    401 401 401 401 400 403 403
*    /{path}                 /api/keyed               401 401 401 200 200 403 403
""")
