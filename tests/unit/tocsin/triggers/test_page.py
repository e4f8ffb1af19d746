"""The page as the app answers with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import azure.functions as func
import pytest

from tests.fakes.services import LIVE, Plant
from tests.unit.tocsin.triggers.app_functions import functions_from, functions_of
from tocsin.adapters.page_files import load_page
from tocsin.services import Services
from tocsin.settings import read_settings


async def ask(
    name: str, headers: dict[str, str] | None = None, plant: Plant | None = None
) -> func.HttpResponse:
    functions = functions_of((plant or Plant()).services(platform_auth=False))
    request = func.HttpRequest(
        method="GET",
        url=f"https://tocsin.example/{name}",
        headers=headers or {},
        route_params={"file": name} if name else {},
        body=b"",
    )
    answer: func.HttpResponse = await functions["page_file" if name else "page"](request)
    return answer


@pytest.mark.parametrize(
    ("name", "kind"),
    [("", "text/html"), ("index.html", "text/html"), ("page.js", "text/javascript")],
)
async def test_everyone_gets_the_page(name: str, kind: str) -> None:
    answer = await ask(name)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.get_body()
    assert "wss://live.example" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_browser_that_has_it_is_told_so() -> None:
    first = await ask("page.js")
    again = await ask("page.js", {"if-none-match": f'W/{first.headers["ETag"]}, "other"'})
    assert (again.status_code, again.get_body()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await ask("page.css", {"if-none-match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["nothing", "../app_settings/declared.py", "..", "__init__.py"])
async def test_what_is_no_part_of_the_page_is_not_served(name: str) -> None:
    answer = await ask(name)
    assert answer.status_code == 404
    assert name in json.loads(answer.get_body())["detail"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_an_app_whose_page_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    unbuilt = replace(Plant().services(), page=load_page(LIVE, tmp_path))
    request = func.HttpRequest(method="GET", url="https://tocsin.example/", body=b"")
    answer: func.HttpResponse = await functions_of(unbuilt)["page"](request)
    assert answer.status_code == 503
    assert "python -m local setup" in json.loads(answer.get_body())["detail"]


def fail() -> Services:
    read_settings({})
    raise AssertionError


@pytest.mark.parametrize("function", ["page", "page_file", "health", "devices"])
async def test_an_app_without_settings_says_which_it_lacks(function: str) -> None:
    request = func.HttpRequest(method="GET", url="https://tocsin.example/", body=b"")
    answer: func.HttpResponse = await functions_from(fail)[function](request)
    assert answer.status_code == 503
    text = json.loads(answer.get_body())["detail"]
    assert "CosmosDB, BlobStorage, WebPubSub, IotHub, AzureWebJobsStorage" in text
