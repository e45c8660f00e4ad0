"""Ids on a line must be those of the span in which it was logged, also when another thread formats it."""

import logging
import queue
from logging.handlers import QueueHandler, QueueListener

from sonde.client.logs import CorrelationFilter, OtlpHandler, correlate, correlate_loguru
from sonde.client.logs.correlation import noted_ids


def test_all_three_note_the_current_span(tracer):
    record = logging.makeLogRecord({})
    event, line = {}, {"extra": {}}
    with tracer.start_as_current_span("work") as span:
        CorrelationFilter().filter(record)
        correlate(None, "info", event)
        correlate_loguru(line)
    context = span.get_span_context()
    expected = {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
    assert event == line["extra"] == expected == {name: getattr(record, name) for name in expected}
    assert noted_ids(event) == (context.trace_id, context.span_id)


def test_outside_of_a_span_nothing_is_claimed():
    record = logging.makeLogRecord({})
    CorrelationFilter().filter(record)
    assert (record.trace_id, record.span_id) == ("", "")
    assert correlate(None, "info", {}) == {}
    assert noted_ids(vars(record)) is None


def test_noted_ids_hold_on_a_queue_listeners_thread(kept, logger, tracer):
    waiting = queue.SimpleQueue()
    handler = QueueHandler(waiting)
    handler.addFilter(CorrelationFilter())
    logger.propagate = False
    logger.addHandler(handler)
    with tracer.start_as_current_span("work") as span:
        logger.info("hello")
    listener = QueueListener(waiting, OtlpHandler(provider=kept.provider))
    listener.start()
    listener.stop()
    (record,) = kept.records
    context = span.get_span_context()
    assert (record.trace_id, record.span_id) == (context.trace_id, context.span_id)
    assert "trace_id" not in record.attributes


def test_the_official_record_factorys_ids_are_understood():
    assert noted_ids({"otelTraceID": "0" * 31 + "a", "otelSpanID": "0" * 15 + "b"}) == (10, 11)
    assert noted_ids({"trace_id": "mine", "otelTraceID": "0"}) is None
