"""loguru's lines keep their fields on the way to OTLP, and nothing arrives twice."""

import logging

import pytest
from loguru import logger as loguru_logger

from sonde.client.logs import correlate_loguru, loguru_sink, setup_logs


@pytest.fixture
def log():
    loguru_logger.remove()
    yield loguru_logger
    loguru_logger.remove()
    loguru_logger.configure(patcher=lambda record: None)


def test_fields_exceptions_and_levels(kept, log, tracer):
    setup_logs(provider=kept.provider)
    log.add(loguru_sink, level=0)
    with tracer.start_as_current_span("work") as span:
        log.bind(order=5, level="own").success("placed {}", 1)
    log.trace("fine")
    try:
        {}["missing"]
    except KeyError:
        log.exception("failed")
    placed, failed = kept.records
    assert (placed.body, placed.severity_text, placed.severity_number.name) == ("placed 1", "SUCCESS", "INFO4")
    assert placed.attributes["order"] == 5
    assert placed.attributes["level"] == "own"
    assert placed.attributes["code.file.path"] == __file__
    assert placed.trace_id == span.get_span_context().trace_id
    assert failed.attributes["exception.type"] == "KeyError"
    assert set(kept.names) == {__name__}


def test_noted_ids_hold_on_loguru_s_own_thread(kept, log, tracer):
    setup_logs(provider=kept.provider)
    log.configure(patcher=correlate_loguru)
    log.add(loguru_sink, enqueue=True)
    with tracer.start_as_current_span("work") as span:
        log.info("hello")
    log.complete()
    assert [record.trace_id for record in kept.records] == [span.get_span_context().trace_id]


def test_what_logging_forwards_to_loguru_arrives_once(kept, log, logger):
    class Intercept(logging.Handler):
        def emit(self, record):
            log.opt(exception=record.exc_info).log(record.levelname, record.getMessage())

    setup_logs(provider=kept.provider)
    log.add(loguru_sink)
    logger.addHandler(Intercept())
    logger.info("hello")
    log.info("of loguru itself")
    assert kept.bodies == ["hello", "of loguru itself"]
    assert kept.names[0] == logger.name


def test_a_strange_message_never_raises():
    loguru_sink("not a message of loguru")
