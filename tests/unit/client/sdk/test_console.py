"""The console is what a developer reads: one line a span, children below their parents, colours only on a terminal."""

import io
import re

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags, set_span_in_context

from sonde.client.sdk.console import ConsoleSpanProcessor, Screen


def shown(emit, *, color=None):
    stream = io.StringIO()
    provider = TracerProvider(shutdown_on_exit=False)
    processor = ConsoleSpanProcessor(Screen(stream, color=color))
    provider.add_span_processor(processor)
    emit(provider.get_tracer("t"))
    return (
        [re.sub(r"^\S+  |  [\d.]+(?:ns|µs|ms|s)\b", "", line) for line in stream.getvalue().splitlines()],
        processor,
        stream,
    )


def nested(tracer):
    with tracer.start_as_current_span("root"):
        with tracer.start_as_current_span("first"), tracer.start_as_current_span("inner"):
            pass
        with tracer.start_as_current_span("second", attributes={"db.query.text": "SELECT\n 1"}) as span:
            span.set_status(Status(StatusCode.ERROR, "no such table"))


def test_a_trace_is_a_tree_of_one_line_a_span():
    lines, _, _ = shown(nested)
    assert lines == ["root", "├─ first", "│  └─ inner", "└─ second  ERROR no such table  db.query.text=SELECT 1"]


def test_colours_are_for_terminals_only():
    assert "\x1b" not in "".join(shown(nested)[0])
    assert "\x1b[31m" in "".join(shown(nested, color=True)[0])


def test_a_span_below_a_remote_parent_is_a_root():
    remote = NonRecordingSpan(SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1)))
    lines, _, _ = shown(lambda tracer: tracer.start_span("served", context=set_span_in_context(remote)).end())
    assert lines == ["served"]


def test_what_waits_for_its_root_is_printed_at_the_end():
    def emit(tracer):
        root = tracer.start_span("never ends")
        tracer.start_span("child", context=set_span_in_context(root)).end()

    lines, processor, stream = shown(emit)
    assert lines == []
    processor.shutdown()
    assert "child" in stream.getvalue()


def test_a_closed_stream_harms_nobody():
    def emit(tracer):
        stream.close()
        tracer.start_span("work").end()

    stream = io.StringIO()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(ConsoleSpanProcessor(Screen(stream)))
    emit(provider.get_tracer("t"))
