"""HTTP functions of every kind."""

import asyncio
import json
import os
import time

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def _json(content: object) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(content), mimetype="application/json")


@app.route(route="echo/{id:int}", methods=["GET", "POST"])
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Answers with all it was given."""
    return _json(
        {
            "method": req.method,
            "url": req.url,
            "params": dict(req.params),
            "route": dict(req.route_params),
            "header": req.headers.get("X-Probe"),
            "body": req.get_body().decode(),
            "function": context.function_name,
            "invocation": context.invocation_id,
            "trace": context.trace_context.trace_parent,
        }
    )


@app.route(route="echo/new", methods=["GET"])
def literal(req: func.HttpRequest) -> str:
    """Is more exact than echo/{id}; a text is an answer too."""
    return "literal"


@app.route(route="files/{name?}")
def optional(req: func.HttpRequest) -> func.HttpResponse:
    return _json(dict(req.route_params))


@app.route(route="tree/{*rest}")
def tree(req: func.HttpRequest) -> func.HttpResponse:
    return _json(dict(req.route_params))


@app.route(route="cookies")
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("teapot", status_code=418, headers={"X-Kind": "pot"})
    response.headers.add("Set-Cookie", "a=1; Path=/; HttpOnly")
    response.headers.add("Set-Cookie", "b=2; SameSite=Lax")
    return response


@app.route(route="nothing")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    """Returns nothing, which is no answer: 500."""
    return None  # type: ignore[return-value]  # wrong on purpose


@app.route(route="wrong")
def wrong(req: func.HttpRequest) -> func.HttpResponse:
    """Returns what cannot be sent."""
    return 5  # type: ignore[return-value]  # wrong on purpose


@app.route(route="fails")
async def fails(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("fails on purpose")


@app.route(route="slow")
async def slow(req: func.HttpRequest) -> func.HttpResponse:
    await asyncio.sleep(float(req.params["s"]))
    return func.HttpResponse("slept")


@app.route(route="threads")
def threads(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(float(req.params["s"]))
    return func.HttpResponse("slept")


@app.route(route="setting")
def setting(req: func.HttpRequest) -> func.HttpResponse:
    return _json({"file": os.environ.get("FROM_FILE"), "both": os.environ.get("FROM_BOTH")})


@app.route(route="keyed", auth_level=func.AuthLevel.FUNCTION)
def keyed(req: func.HttpRequest) -> str:
    return "open"


@app.route(route="mastered", auth_level=func.AuthLevel.ADMIN)
def mastered(req: func.HttpRequest) -> str:
    return "open"
