"""The page's files and their headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.adapters.page_files import START, find_live_origin, load_page
from tocsin.settings import Connection

KEYLESS = Connection("WebPubSub", None, "https://live.webpubsub.azure.com", None)


def test_every_file_of_the_page_is_served(tmp_path: Path) -> None:
    for name in (START, "index-a1.js", "index-a1.css", "icon.svg", "stats.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    files = load_page(KEYLESS, tmp_path).files
    assert {name: file.media_type.partition(";")[0] for name, file in files.items()} == {
        START: "text/html",
        "index-a1.js": "text/javascript",
        "index-a1.css": "text/css",
        "icon.svg": "image/svg+xml",
    }


def test_a_page_that_is_not_built_has_no_files(tmp_path: Path) -> None:
    assert load_page(KEYLESS, tmp_path / "page").files == {}


def test_the_page_may_open_live_messages_and_nothing_else() -> None:
    policy = load_page(KEYLESS).headers["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["connect-src"] == ["'self'", "wss://live.webpubsub.azure.com"]
    assert rules["default-src"] == ["'none'"]
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize(
    ("connection", "origin"),
    [
        (KEYLESS, "wss://live.webpubsub.azure.com"),
        (
            Connection("W", "Endpoint=http://127.0.0.9:8082;AccessKey=a=;Version=1.0;", None, None),
            "ws://127.0.0.9:8082",
        ),
        (Connection("W", "endpoint=https://x.y/;AccessKey=a=", None, None), "wss://x.y"),
    ],
)
def test_where_live_messages_come_from(connection: Connection, origin: str) -> None:
    assert find_live_origin(connection) == origin


def test_a_tag_follows_from_the_content(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("1", encoding="utf-8")
    (tmp_path / "notes.md").write_text("no part of a page", encoding="utf-8")
    first = load_page(KEYLESS, tmp_path).files
    file.write_text("2", encoding="utf-8")
    second = load_page(KEYLESS, tmp_path).files
    assert set(first) == {"a.js"}
    assert first["a.js"].tag != second["a.js"].tag
