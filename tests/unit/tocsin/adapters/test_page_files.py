"""The page's files and their headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.adapters.page_files import DASHBOARD, FOLDER, START, find_live_origin, load_page
from tocsin.settings import Connection

KEYLESS = Connection("WebPubSub", None, "https://live.webpubsub.azure.com", None)


def test_every_file_of_the_page_is_served() -> None:
    page = load_page(KEYLESS)
    own = {path.name for path in FOLDER.iterdir() if path.is_file()}
    built = {path.name for path in FOLDER.glob(f"{DASHBOARD}/*")}
    assert set(page.files) == own | built
    assert page.files[START].media_type == "text/html; charset=utf-8"
    text = page.files[START].body.decode()
    scripts = [name for name in page.files if name.endswith(".js") and name in text]
    assert scripts, "the page names its scripts"


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


def test_the_dashboard_is_served_beside_the_page_where_it_is_built(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("the page", encoding="utf-8")
    (tmp_path / "icon.svg").write_text("its own", encoding="utf-8")
    assert set(load_page(KEYLESS, tmp_path).files) == {"index.html", "icon.svg"}
    built = tmp_path / DASHBOARD
    built.mkdir()
    (built / "next.html").write_text("the dashboard", encoding="utf-8")
    (built / "icon.svg").write_text("another", encoding="utf-8")
    files = load_page(KEYLESS, tmp_path).files
    assert set(files) == {"index.html", "icon.svg", "next.html"}
    assert files["icon.svg"].body == b"its own"
