"""What the Functions host accepts and refuses of an app's functions."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest
from azure.functions.decorators.function_app import Function
from azure.functions.meta import Datum
from azure.functions.warmup import WarmUpContext

from local.standins.functions_host.app.host_json import HostConfig
from local.standins.functions_host.app.indexing import AppFunction, index
from local.standins.functions_host.app.retries import NO_RETRY
from local.standins.functions_host.errors import StartError
from local.standins.functions_host.triggers.listeners import check_leases
from local.standins.functions_host.web.endpoints import list_endpoints


def _built(register: Callable[[func.FunctionApp], object]) -> list[Function]:
    app = func.FunctionApp()
    register(app)
    return app.get_functions()


def _indexed(register: Callable[[func.FunctionApp], object]) -> AppFunction:
    (function,) = _built(register)
    return index(function)


def test_function_is_read_whole() -> None:
    def register(app: func.FunctionApp) -> None:
        @app.function_name("named")
        @app.event_hub_message_trigger(
            arg_name="events",
            event_hub_name="%HUB%",
            connection="EVENTS",
            cardinality=func.Cardinality.MANY,
            consumer_group="group",
        )
        @app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:01")
        async def handle(
            events: typing.List[func.EventHubEvent],  # noqa: UP006 - as the real worker wants it
            context: func.Context,
        ) -> None: ...

    function = _indexed(register)
    assert (function.name, function.parameter) == ("named", "events")
    assert (function.is_async, function.takes_context) == (True, True)
    assert function.trigger_type == "eventHubTrigger"
    assert function.trigger["eventHubName"] == "%HUB%"
    assert function.trigger["cardinality"] == "MANY"
    assert function.retry is not None
    assert function.retry.max_retries == 2


def _list_annotation(app: func.FunctionApp) -> None:
    @app.event_hub_message_trigger(arg_name="events", event_hub_name="h", connection="C")
    def f(events: list[func.EventHubEvent]) -> None: ...


def _wrong_annotation(app: func.FunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    def f(timer: func.HttpRequest) -> None: ...


def _unbound_parameter(app: func.FunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    def f(timer: func.TimerRequest, extra: int) -> None: ...


def _misnamed_parameter(app: func.FunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    def f(clock: func.TimerRequest) -> None: ...


def _wrong_context(app: func.FunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    def f(timer: func.TimerRequest, context: int) -> None: ...


def _unknown_trigger(app: func.FunctionApp) -> None:
    @app.blob_trigger(arg_name="blob", path="p", connection="C")
    def f(blob: func.InputStream) -> None: ...


def _unknown_output(app: func.FunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    @app.queue_output(arg_name="out", queue_name="q", connection="C")
    def f(timer: func.TimerRequest, out: func.Out[str]) -> None: ...


def _http_parameter(app: func.FunctionApp) -> None:
    @app.route(route="r", binding_arg_name="answer")
    def f(req: func.HttpRequest, answer: func.Out[func.HttpResponse]) -> None: ...


def _returns_object(app: func.FunctionApp) -> None:
    @app.route(route="r")
    def f(req: func.HttpRequest) -> dict[str, int]:
        return {}


def _returns_nothing(app: func.FunctionApp) -> None:
    @app.route(route="r")
    def f(req: func.HttpRequest) -> None: ...


def _returns_bytes(app: func.FunctionApp) -> None:
    @app.route(route="r")
    def f(req: func.HttpRequest) -> bytes:
        return b""


def _returns_perhaps(app: func.FunctionApp) -> None:
    @app.route(route="r")
    def f(req: func.HttpRequest) -> func.HttpResponse | None: ...


def _wrong_retry(app: func.FunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
    @app.retry(strategy="fixed_delay", max_retry_count="2")
    def f(timer: func.TimerRequest) -> None: ...


@pytest.mark.parametrize(
    ("register", "problem"),
    [
        (_list_annotation, r"'events' cannot be annotated list.*typing\.List"),
        (_wrong_annotation, "'timer' cannot be annotated"),
        (_unbound_parameter, "no binding for the parameter.s. extra"),
        (_misnamed_parameter, "'timer' is not a parameter"),
        (_wrong_context, "'context' must be annotated"),
        (_unknown_trigger, "unknown binding type 'blobTrigger'.*supports cosmosDBTrigger"),
        (_unknown_output, "unknown binding type 'queue'"),
        (_http_parameter, "must be the return value"),
        (_returns_object, "cannot be annotated to return dict"),
        (_returns_nothing, "cannot be annotated to return <class 'NoneType'>"),
        (_returns_bytes, "cannot be annotated to return <class 'bytes'>"),
        (_returns_perhaps, "cannot be annotated to return"),
        (_wrong_retry, "retry policy: delay_interval is missing"),
    ],
)
def test_wrong_function_is_refused_by_name(
    register: Callable[[func.FunctionApp], object], problem: str
) -> None:
    with pytest.raises(StartError, match=f"function 'f'.*{problem}"):
        _indexed(register)


@pytest.mark.parametrize("annotation", [str, bytes])
def test_parameter_may_take_the_bare_value(annotation: type) -> None:
    def register(app: func.FunctionApp) -> None:
        def f(message: object) -> None: ...

        f.__annotations__["message"] = annotation
        app.queue_trigger(arg_name="message", queue_name="q", connection="C")(f)

    function = _indexed(register)
    assert function.takes_plain
    decoded = function.decode(Datum("text", "string"), trigger_metadata={})
    assert decoded == "text"
    with pytest.raises(TypeError, match="collection_bytes"):
        function.decode(Datum([b""], "collection_bytes"), trigger_metadata={})


def test_warm_up_function_may_call_its_argument_context() -> None:
    def register(app: func.FunctionApp) -> None:
        @app.warm_up_trigger(arg_name="context")
        def warm(context: WarmUpContext) -> None: ...

    function = _indexed(register)
    assert (function.parameter, function.takes_context) == ("context", False)
    assert not function.is_listened


def test_annotation_that_means_nothing_is_refused() -> None:
    def register(app: func.FunctionApp) -> None:
        @app.timer_trigger(arg_name="timer", schedule="* * * * * *")
        def f(timer: func.Absent) -> None: ...  # type: ignore[name-defined]  # on purpose

    with pytest.raises(StartError, match="function 'f': an annotation cannot be read"):
        _indexed(register)


def test_retry_of_a_queue_function_has_no_effect() -> None:
    def register(app: func.FunctionApp) -> None:
        @app.queue_trigger(arg_name="message", queue_name="q", connection="C")
        @app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:01")
        def f(message: func.QueueMessage) -> None: ...

    assert _indexed(register).retry == NO_RETRY


def _feed(app: func.FunctionApp, name: str, **more: Any) -> None:  # noqa: ANN401 - binding fields
    @app.function_name(name)
    @app.cosmos_db_trigger(
        arg_name="documents", connection="C", database_name="d", container_name="c", **more
    )
    def f(documents: func.DocumentList) -> None: ...


def test_functions_that_share_leases_are_refused() -> None:
    def sharing(app: func.FunctionApp) -> None:
        _feed(app, "one")
        _feed(app, "two")

    def apart(app: func.FunctionApp) -> None:
        _feed(app, "one")
        _feed(app, "two", lease_container_prefix="two-")

    with pytest.raises(StartError, match=r"'two' shares its leases.*lease_container_prefix"):
        check_leases([index(one) for one in _built(sharing)], {})
    check_leases([index(one) for one in _built(apart)], {})


def test_routes_take_prefix_setting_and_level() -> None:
    def register(app: func.FunctionApp) -> None:
        @app.route(route="%PLACE%/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
        def placed(req: func.HttpRequest) -> str:
            return "x"

        @app.route()
        def unnamed(req: func.HttpRequest) -> str:
            return "x"

    functions = [index(one) for one in _built(register)]
    unnamed, placed = list_endpoints(functions, HostConfig().route_prefix, {"PLACE": "here"})
    assert (placed.route.template, placed.level) == ("api/here/{id}", "anonymous")
    assert (placed.takes("GET"), placed.takes("POST")) == (True, False)
    assert (unnamed.route.template, unnamed.level) == ("api/unnamed", "function")
    assert unnamed.takes("DELETE")
