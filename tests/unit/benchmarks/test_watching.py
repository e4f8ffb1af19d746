from __future__ import annotations

from benchmarks.scoring_path import Line, end_ms, make_batches
from benchmarks.watching import follow_with
from tests.fakes.meter import FakeMeter
from tests.fakes.traces import FakeTraces
from tocsin.domain.insights.metering import BATCH_SIZE, MESSAGES


async def test_a_batch_is_followed_as_the_function_does_it() -> None:
    traces, meter = FakeTraces(share=1.0), FakeMeter()
    line = Line(follow=follow_with(traces, meter))
    (events,) = make_batches(line.profile, devices=3, count=1)
    await line.score(events, now_ms=end_ms(1, line.profile))
    assert len({span.place.trace_id for span in traces.spans}) == 3
    assert sum(meter.add_up(MESSAGES).values()) == 3
    assert sum(meter.add_up(BATCH_SIZE).values()) == 3
