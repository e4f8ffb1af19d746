"""Timers: one every second, one once a year, one that also runs at start and retries."""

import azure.functions as func
from azure.functions.warmup import WarmUpContext
from recording import record, should_fail

app = func.FunctionApp()


@app.warm_up_trigger(arg_name="warmup")
async def warm(warmup: WarmUpContext) -> None:
    record(function="warm", kind=type(warmup).__name__)


@app.timer_trigger(arg_name="timer", schedule="%OFTEN%")
def often(timer: func.TimerRequest) -> None:
    record(function="often", past_due=timer.past_due)


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", use_monitor=True)
async def yearly(timer: func.TimerRequest) -> None:
    record(function="yearly", past_due=timer.past_due, status=timer.schedule_status)


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
@app.retry(
    strategy="exponential_backoff",
    max_retry_count="3",
    minimum_interval="00:00:00.1",
    maximum_interval="00:00:00.2",
)
def at_start(timer: func.TimerRequest, context: func.Context) -> None:
    retry = context.retry_context
    record(
        function="at_start",
        retry=retry.retry_count,
        of=retry.max_retry_count,
        after=retry.exception.message if retry.exception else None,
    )
    if should_fail():
        raise RuntimeError("fails on purpose")
