"""The HTTP side of the Functions host: answers shaped as the real host's."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from azure.storage.blob import ContainerClient

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.functions_hosts import APPS, RecordingHost


@pytest.fixture(scope="module")
def host(endpoints: Endpoints, state: Path, azurite: Child) -> Iterator[RecordingHost]:
    host = RecordingHost(
        endpoints,
        state / "host",
        app=APPS / "web",
        env={
            "AzureWebJobsStorage": endpoints.storage_connection,
            "FROM_BOTH": "environment",
        },
    )
    host.child.command += ["--state", str(state / "host")]
    host.child.start()
    yield host
    host.child.stop()


@pytest.fixture
async def http(host: RecordingHost, endpoints: Endpoints) -> AsyncIterator[ClientSession]:
    url = f"http://{endpoints.address}:{endpoints.functions}"
    async with ClientSession(url) as session:
        yield session


def _key(state: Path, file: str) -> str:
    content = json.loads((state / "host" / "secrets" / file).read_text(encoding="utf-8"))
    key: str = (content.get("masterKey") or content["keys"][0])["value"]
    return key


def test_ready_line_names_the_functions(host: RecordingHost) -> None:
    assert {"echo", "tree", "keyed"} <= set(host.child.ready["functions"])


async def test_request_arrives_whole(http: ClientSession) -> None:
    async with http.post(
        "/api/echo/12?x=1&x=2&y=%C3%A4&empty=&none",
        data="bödy",
        headers={"x-probe": "p", "traceparent": "00-t"},
    ) as answer:
        assert answer.status == 200
        assert answer.content_type == "application/json"
        seen = await answer.json()
    assert seen["method"] == "POST"
    assert seen["url"].startswith("http://127.")
    assert seen["params"] == {"x": "1,2", "y": "ä"}
    assert seen["route"] == {"id": "12"}
    assert seen["header"] == "p"
    assert seen["body"] == "bödy"
    assert seen["function"] == "echo"
    assert re.fullmatch(r"[0-9a-f-]{36}", seen["invocation"])
    assert seen["trace"] == "00-t"


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/", 200, "Your Functions host is up and running.\n"),
        ("GET", "/api/echo/new", 200, "literal"),
        ("GET", "/API/Echo/NEW", 200, "literal"),
        ("GET", "/api/echo/abc", 404, ""),
        ("DELETE", "/api/echo/12", 404, ""),
        ("GET", "/echo/12", 404, ""),
        ("GET", "/api/files", 200, "{}"),
        ("GET", "/api/files/a%20b", 200, '{"name": "a b"}'),
        ("GET", "/api/files/a/b", 404, ""),
        ("GET", "/api/tree", 200, "{}"),
        ("GET", "/api/tree/a/b/c", 200, '{"rest": "a/b/c"}'),
        ("GET", "/api/nothing", 500, ""),
        ("GET", "/api/fails", 500, ""),
        ("GET", "/api/wrong", 500, ""),
        ("GET", "/api/keyed", 401, ""),
        ("GET", "/api/mastered", 401, ""),
        ("GET", "/api/setting", 200, '{"file": "file", "both": "environment"}'),
    ],
)
async def test_answer(http: ClientSession, method: str, path: str, status: int, body: str) -> None:
    async with http.request(method, path) as answer:
        assert (answer.status, await answer.text()) == (status, body)


async def test_headers_cookies_and_status_are_the_functions_own(http: ClientSession) -> None:
    async with http.get("/api/cookies") as answer:
        assert answer.status == 418
        assert answer.headers["x-kind"] == "pot"
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert {name: one.value for name, one in answer.cookies.items()} == {"a": "1", "b": "2"}
        assert answer.cookies["a"]["httponly"] is True


@pytest.mark.parametrize("path", ["/api/slow?s=20", "/api/threads?s=4"])
async def test_function_that_runs_too_long_fails(http: ClientSession, path: str) -> None:
    started = asyncio.get_running_loop().time()
    async with http.get(path) as answer:
        assert answer.status == 500
    assert 1.9 < asyncio.get_running_loop().time() - started < 3.9


async def test_functions_run_side_by_side(http: ClientSession) -> None:
    async def status(path: str) -> int:
        async with http.get(path) as answer:
            return answer.status

    started = asyncio.get_running_loop().time()
    slow = [f"/api/{kind}?s=0.5" for kind in ("slow", "threads") for _ in range(3)]
    assert await asyncio.gather(*map(status, slow)) == [200] * 6
    assert asyncio.get_running_loop().time() - started < 1.5


async def test_keys_open_what_they_should(http: ClientSession, state: Path) -> None:
    own, master = _key(state, "keyed.json"), _key(state, "host.json")
    cases = [
        ("/api/keyed", own, 200),
        ("/api/keyed", master, 200),
        ("/api/keyed", "guess", 401),
        ("/api/mastered", own, 401),
        ("/api/mastered", master, 200),
        ("/admin/host/status", own, 401),
        ("/admin/host/status", master, 200),
    ]
    for path, key, status in cases:
        async with http.get(path, headers={"x-functions-key": key}) as answer:
            assert answer.status == status, path
        async with http.get(path, params={"code": key}) as answer:
            assert answer.status == status, path


async def test_administration(http: ClientSession, state: Path) -> None:
    master = {"x-functions-key": _key(state, "host.json")}
    async with http.get("/admin/host/status", headers=master) as answer:
        status = await answer.json()
        assert status["state"] == "Running"
        assert status["version"].startswith("4.")
    async with http.get("/admin/functions", headers=master) as answer:
        assert "echo" in {one["name"] for one in await answer.json()}
    async with http.post("/admin/functions/absent", headers=master, json={}) as answer:
        assert answer.status == 404
    async with http.post("/admin/functions/echo", headers=master, json={}) as answer:
        assert answer.status == 400


async def test_log_names_function_and_invocation(http: ClientSession, host: RecordingHost) -> None:
    async with http.get("/api/echo/7?secret=hush") as answer:
        invocation = (await answer.json())["invocation"]
    async with http.get("/api/fails"):
        pass
    (line,) = [one for one in host.log() if one.get("invocationId") == invocation]
    assert line["function"] == "echo"
    assert line["level"] == "info"
    assert re.fullmatch(r"succeeded in \d+\.\d ms", line["message"])
    failures = [one for one in host.log() if one.get("function") == "fails"]
    assert failures[-1]["level"] == "error"
    assert "fails on purpose" in failures[-1]["message"]
    assert "hush" not in host.child.log_path.read_text(encoding="utf-8")


def test_unknown_key_of_host_json_is_warned_of(host: RecordingHost) -> None:
    warnings = [one["message"] for one in host.log() if one["level"] == "warning"]
    assert any("surprise is not known" in one for one in warnings)


async def test_running_request_is_answered_before_the_host_ends(
    endpoints: Endpoints, tmp_path: Path, azurite: Child
) -> None:
    own = Endpoints.free(endpoints.address)
    host = RecordingHost(
        own,
        tmp_path,
        app=APPS / "web",
        env={"AzureWebJobsStorage": endpoints.storage_connection},
    )
    host.child.start()
    async with ClientSession(f"http://{own.address}:{own.functions}") as session:
        running = asyncio.create_task(session.get("/api/slow?s=1.5"))
        await asyncio.sleep(0)
        async with session.get("/api/files") as answer:
            assert answer.status == 200
        code = await asyncio.to_thread(host.child.stop)
        async with await running as answer:
            assert await answer.text() == "slept"
    assert code == 0


def test_keys_live_in_storage_without_a_state_folder(
    endpoints: Endpoints, tmp_path: Path, azurite: Child
) -> None:
    own = Endpoints.free(endpoints.address)
    env = {
        "AzureWebJobsStorage": endpoints.storage_connection,
        "AzureFunctionsWebHost__hostid": "keys-test",
    }
    host = RecordingHost(own, tmp_path, app=APPS / "web", env=env)
    with ContainerClient.from_connection_string(
        endpoints.storage_connection, "azure-webjobs-secrets"
    ) as container:
        host.child.start()
        first = container.download_blob("keys-test/keyed.json").readall()
        host.child.stop()
        host.child.start()
        host.child.stop()
        assert container.download_blob("keys-test/keyed.json").readall() == first
        assert json.loads(first)["keys"][0]["name"] == "default"
