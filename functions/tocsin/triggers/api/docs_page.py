"""The OpenAPI document as a page to read: one file, no script, and nothing loaded from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Part = Mapping[str, Any]

_STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code{font-family:ui-monospace,monospace}
details{border:1px solid #8886;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #8884;padding:.2rem .6rem .2rem 0;text-align:left;vertical-align:top}
:root{color-scheme:light dark}
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_REF = "#/components/schemas/"
_LIMITS = {"minimum": "from", "maximum": "to", "maxItems": "at most", "default": "default"}


def render_page(document: Part) -> str:
    """The page of an OpenAPI *document*."""
    info = document["info"]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{escape(info['title'])}: HTTP API</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(info['title'])}: HTTP API</h1><p>{escape(info['description'])}</p>",
        "<p>For programs: <a href='openapi.json'>openapi.json</a> (OpenAPI 3.1).</p>",
        *_render_routes(document["paths"]),
        "<h2>Records</h2>",
        *_render_records(document["components"]["schemas"]),
        "</body></html>",
    ]
    return "\n".join(parts)


def _render_routes(paths: Part) -> Iterator[str]:
    tag = ""
    for path, methods in sorted(paths.items()):
        for method, route in methods.items():
            if route["tags"][0] != tag:
                tag = route["tags"][0]
                yield f"<h2>{escape(tag)}</h2>"
            yield from _render_route(method, path, route)


def _render_route(method: str, path: str, route: Part) -> Iterator[str]:
    yield (
        f"<details id='{escape(route['operationId'])}'><summary><code>{method.upper()} "
        f"{escape(path)}</code> {escape(route['summary'])}</summary>"
        f"<p>{escape(route['description'])}</p>"
    )
    if route["parameters"]:
        yield "<table><tr><th>parameter</th><th>in</th><th>type</th></tr>"
        for parameter in route["parameters"]:
            name = escape(parameter["name"]) + ("" if parameter["required"] else " (optional)")
            kind = _render_type(parameter["schema"])
            yield f"<tr><td><code>{name}</code></td><td>{parameter['in']}</td><td>{kind}</td></tr>"
        yield "</table>"
    if "requestBody" in route:
        yield f"<p>Body: {_render_content(route['requestBody']['content'])}</p>"
    yield "<table><tr><th>answer</th><th></th><th>content</th></tr>"
    for status, answer in route["responses"].items():
        content = _render_content(answer["content"])
        yield f"<tr><td>{status}</td><td>{answer['description']}</td><td>{content}</td></tr>"
    yield "</table></details>"


def _render_content(content: Part) -> str:
    kinds = (
        _render_type(media["schema"]) if "schema" in media else escape(name)
        for name, media in content.items()
    )
    return " or ".join(dict.fromkeys(kinds))


def _render_records(schemas: Part) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        yield f"<h3 id='{escape(name)}'>{escape(name)}</h3>"
        yield f"<p>{escape(schema.get('description', ''))}</p>"
        yield "<table><tr><th>field</th><th>type</th></tr>"
        for field, kind in schema.get("properties", {}).items():
            note = "" if field in schema.get("required", ()) else " (optional)"
            yield f"<tr><td><code>{escape(field)}</code>{note}</td><td>{_render_type(kind)}</td>"
            yield "</tr>"
        yield "</table>"


def _render_type(schema: Part) -> str:
    """A schema in a few words, with links to the records it names."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_REF))
        return f"<a href='#{name}'>{name}</a>"
    if "anyOf" in schema:
        return " or ".join(map(_render_type, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_render_type(schema.get('items', {}))}{_render_limits(schema)}"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_render_type(schema['additionalProperties'])} by name"
    return escape(str(schema.get("type", "anything"))) + _render_limits(schema)


def _render_limits(schema: Part) -> str:
    limits = [
        f"{word} {escape(str(schema[name]))}"
        for name, word in _LIMITS.items()
        if schema.get(name) is not None
    ]
    return f" ({', '.join(limits)})" if limits else ""
