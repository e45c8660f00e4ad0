"""`OtlpHandler` beside the official handler: the same record wherever that one is right, and never an exception."""

import logging

import pytest
from opentelemetry import context as otel_context
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LogRecordLimits, LogRecordProcessor

from sonde.client.logs import OtlpHandler

SAME = ("body", "severity_number", "severity_text", "timestamp", "trace_id", "span_id", "trace_flags", "event_name")


@pytest.fixture
def attached(kept, logger):
    handler = OtlpHandler(provider=kept.provider)
    logger.addHandler(handler)
    logger.propagate = False
    yield handler
    assert handler.failed == 0


def log_some(logger, tracer):
    logger.debug("plain")
    with tracer.start_as_current_span("work"):
        logger.warning("with %s and %d", "args", 5, extra={"user": "ada", "n": 3, "list": [1, 2], "map": {"a": None}})
        logger.info("event", extra={"otel.event.name": "order.placed"})
        try:
            {}["missing"]
        except KeyError:
            logger.exception("failed")


def test_records_are_the_official_ones(make_kept, logger, tracer):
    ours, theirs = make_kept(), make_kept()
    logger.propagate = False
    logger.addHandler(OtlpHandler(provider=ours.provider))
    logger.addHandler(LoggingHandler(logger_provider=theirs.provider, log_code_attributes=True))
    log_some(logger, tracer)
    assert ours.names == theirs.names == [logger.name] * 4
    for mine, other in zip(ours.records, theirs.records, strict=True):
        assert [getattr(mine, name) for name in SAME] == [getattr(other, name) for name in SAME]
        expected = {
            name: list(value) if isinstance(value, tuple) else value for name, value in other.attributes.items()
        }
        expected.pop("exception.message", None)  # KeyError('missing') prints its quotes; the official handler does not
        found = dict(mine.attributes)
        assert {"thread.id", "thread.name"} <= set(found)
        assert {name: found[name] for name in expected} == expected
        assert set(found) - set(expected) <= {"thread.id", "thread.name", "exception.message"}


def test_exceptions_follow_the_conventions(kept, logger, attached):
    class OwnError(Exception):
        pass

    def fail():
        raise OwnError("bad") from ValueError("cause")

    try:
        fail()
    except OwnError:
        logger.exception("failed")
    (record,) = kept.records
    attributes = record.attributes
    assert attributes["exception.type"] == f"{__name__}.{OwnError.__qualname__}"
    assert attributes["exception.message"] == "bad"
    assert "ValueError: cause" in attributes["exception.stacktrace"]
    assert attributes["code.function.name"] == "test_exceptions_follow_the_conventions"
    assert attributes["code.file.path"] == __file__
    assert attributes["code.line.number"] > 0


def test_own_loggers_suppressed_threads_and_nested_records_stay_here(kept, logger, attached):
    for name in ("sonde.client.engine", "opentelemetry.sdk"):
        attached.handle(logging.makeLogRecord({"name": name, "msg": "own"}))
    token = otel_context.attach(otel_context.set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
    logger.info("while exporting")
    otel_context.detach(token)

    class Nesting(LogRecordProcessor):
        def on_emit(self, log_record):
            logger.warning("nested")

        def shutdown(self):
            pass

        def force_flush(self, timeout_millis=30000):
            return True

    kept.provider.add_log_record_processor(Nesting())
    logger.info("outer")
    assert kept.bodies == ["outer"]


def test_limits_of_the_provider_hold(make_kept, logger):
    kept = make_kept(log_record_limits=LogRecordLimits(max_log_record_attributes=2, max_log_record_attribute_length=4))
    logger.propagate = False
    logger.addHandler(OtlpHandler(provider=kept.provider, place=False))
    logger.info("a body as it is", extra={"a": "123456", "b": 1, "c": 2})
    (record,) = kept.records
    assert record.attributes == {"a": "123…", "b": 1}
    assert record.body == "a b…"


def test_a_failing_provider_and_hostile_records_never_raise(kept, logger, monkeypatch):
    class Failing(LogRecordProcessor):
        def on_emit(self, log_record):
            raise RuntimeError("processor")

        def shutdown(self):
            pass

        def force_flush(self, timeout_millis=30000):
            return True

    handler = OtlpHandler(provider=kept.provider)
    logger.addHandler(handler)
    logger.propagate = False
    logger.info("%d", "not a number", extra={"k": object()})
    logger.info("%s %s", 1)  # noqa: PLE1206 - that it does not fit is the test
    assert kept.bodies == ["%d ['not a number']", "%s %s [1]"]
    kept.provider.add_log_record_processor(Failing())
    monkeypatch.setattr(logging, "raiseExceptions", True)
    logger.info("lost")
    handler.emit(logging.makeLogRecord({"name": "a", "msg": "lost too"}))
    assert handler.failed == 2


def test_a_formatter_makes_the_body_and_filters_count(kept, logger, attached):
    attached.setFormatter(logging.Formatter("<%(message)s>"))
    attached.addFilter(lambda record: record.msg != "no")
    logger.info("no")
    logger.info("yes")
    assert kept.bodies == ["<yes>"]


def test_without_a_provider_nothing_is_made():
    handler = OtlpHandler()
    handler.handle(logging.makeLogRecord({"name": "a", "msg": "nobody listens"}))
    assert handler.failed == 0
