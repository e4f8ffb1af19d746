"""Who you are on this machine: chosen at /.auth/login/local, kept in a cookie."""

from __future__ import annotations

from aiohttp import web

from local.standins.front_door.errors import error_answer
from local.standins.front_door.principal import PRINCIPALS, Principal, describe_user

_COOKIE = "tocsin-local-user"
_DEFAULT = "operator"


def find_user(request: web.Request) -> Principal | None:
    """The user a request comes from; an unknown cookie is nobody."""
    return PRINCIPALS.get(request.cookies.get(_COOKIE, _DEFAULT))


async def show_user(request: web.Request) -> web.Response:
    return web.json_response(
        describe_user(find_user(request)), headers={"Cache-Control": "no-store"}
    )


async def login(request: web.Request) -> web.Response:
    role = request.query.get("role", _DEFAULT)
    if role not in PRINCIPALS:
        known = ", ".join(PRINCIPALS)
        return error_answer(400, "BadRequest", f"role {role!r} is none of {known}")
    return _become(role, request.query.get("post_login_redirect_uri", "/"))


async def logout(request: web.Request) -> web.Response:
    return _become("none", request.query.get("post_logout_redirect_uri", "/"))


def _become(role: str, then: str) -> web.Response:
    answer = web.Response(status=302, headers={"Location": _own_path(then)})
    answer.set_cookie(_COOKIE, role, httponly=True, samesite="Strict", path="/")
    return answer


def _own_path(path: str) -> str:
    """*path* when it stays on this site, else the page: no open redirects."""
    stays = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if stays else "/"
