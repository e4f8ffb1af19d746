"""The page itself, for everyone: it holds nothing, and asks the API for all that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import azure.functions as func

from tocsin.adapters.page_files import START, Page
from tocsin.services import Services
from tocsin.triggers.api.answers import answer_error, answer_problem

METHODS = ("GET", "HEAD")
NOT_BUILT = (
    "the page is not built: `python -m local setup` builds it of dashboard/; the API is below /api"
)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions page, at the root, and page_file, below it.

    No path of several parts is taken: those of the functions host (``/admin/…``) stay its own.
    """
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("page")
    @app.route("/", methods=METHODS, auth_level=func.AuthLevel.ANONYMOUS)
    async def show_page(req: func.HttpRequest) -> func.HttpResponse:
        return _answer(req, services, START)

    @app.function_name("page_file")
    @app.route("{file}", methods=METHODS, auth_level=func.AuthLevel.ANONYMOUS)
    async def show_file(req: func.HttpRequest) -> func.HttpResponse:
        return _answer(req, services, req.route_params.get("file", ""))

    return app


def _answer(
    request: func.HttpRequest, services: Callable[[], Services], name: str
) -> func.HttpResponse:
    try:
        page = services().page
    except Exception as error:  # noqa: BLE001 (the host would answer without a word; this logs it)
        return answer_error(error, f"{request.method} /{name}")
    return answer_file(page, name, request.headers)


def answer_file(page: Page, name: str, asked: Mapping[str, str]) -> func.HttpResponse:
    """The file *name*; 304 without it where the headers *asked* say that the browser has it."""
    file = page.files.get(name)
    if START not in page.files:
        return answer_problem(503, NOT_BUILT, headers=page.headers)
    if file is None:
        text = f"the page has no {name!r:.140}; the API is below /api"
        return answer_problem(404, text, headers=page.headers)
    headers = {**page.headers, "ETag": file.tag}
    if file.tag in asked.get("if-none-match", ""):
        return func.HttpResponse(status_code=304, headers=headers)
    return func.HttpResponse(file.body, headers={**headers, "Content-Type": file.media_type})
