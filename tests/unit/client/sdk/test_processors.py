"""Processors stand in the application's own path: they must hand over exactly the sampled items, and never raise."""

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Decision, Sampler, SamplingResult
from opentelemetry.trace import SpanContext, TraceFlags

from sonde.client.sdk.processors import SondeLogRecordProcessor, SondeSpanProcessor
from sonde.core.signal import Signal


class RecordOnly(Sampler):
    def should_sample(self, *arguments, **options):
        return SamplingResult(Decision.RECORD_ONLY)

    def get_description(self):
        return "record only"


def ended_spans(engine, sampler=None):
    provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    provider.add_span_processor(SondeSpanProcessor(engine))
    with provider.get_tracer("t").start_as_current_span("work"):
        pass
    return [span.name for span in engine.items[Signal.TRACES]]


def test_a_finished_span_is_handed_over(engine):
    assert ended_spans(engine) == ["work"]


@pytest.mark.parametrize("sampler", [ALWAYS_OFF, RecordOnly()], ids=["off", "record-only"])
def test_a_span_that_is_not_sampled_stays(engine, sampler):
    assert ended_spans(engine, sampler) == []


def test_a_broken_engine_does_not_reach_the_application(failing_engine):
    assert ended_spans(failing_engine) == []
    SondeSpanProcessor(failing_engine).on_end(None)
    SondeLogRecordProcessor(failing_engine).on_emit(None)


@pytest.mark.parametrize(("flags", "taken"), [(1, 1), (0, 0)], ids=["sampled", "not"])
def test_a_span_of_another_making_is_read_by_its_public_names(engine, flags, taken):
    class Foreign:
        context = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(flags))

    SondeSpanProcessor(engine).on_end(Foreign())
    assert len(engine.items[Signal.TRACES]) == taken


def test_a_log_record_is_handed_over(engine):
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SondeLogRecordProcessor(engine))
    provider.get_logger("t").emit(LogRecord(body="hello"))
    assert [item.log_record.body for item in engine.items[Signal.LOGS]] == ["hello"]


@pytest.mark.parametrize("kind", [SondeSpanProcessor, SondeLogRecordProcessor])
def test_shutdown_waits_for_a_shared_engine_within_its_bound_and_leaves_it_running(engine, kind):
    processor = kind(engine)
    processor.shutdown()
    assert (engine.flushes, engine.shutdowns) == ([2.0], [])
    assert engine.was_hopeful is False, "an application's end would wait for a server that is away"
    getattr(processor, "on_end", getattr(processor, "on_emit", None))("late")
    assert engine.items == {signal: [] for signal in Signal}


@pytest.mark.parametrize("kind", [SondeSpanProcessor, SondeLogRecordProcessor])
def test_force_flush_honours_its_timeout_and_says_what_came_of_it(engine, kind):
    engine.delivers = False
    assert kind(engine).force_flush(1500) is False
    assert engine.flushes == [1.5]
