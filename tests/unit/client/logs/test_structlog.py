"""structlog's events keep their fields on the way to OTLP, and nothing arrives twice."""

import logging

import pytest
import structlog

from sonde.client.logs import Rule, Sampling, correlate, setup_logs, to_otlp


@pytest.fixture
def configured():
    def configure(*processors, factory=None):
        structlog.configure(
            processors=[structlog.processors.add_log_level, *processors],
            logger_factory=factory or structlog.ReturnLoggerFactory(),
            cache_logger_on_first_use=False,
        )
        return structlog.get_logger()

    yield configure
    structlog.reset_defaults()


def test_fields_exceptions_ids_and_times(kept, configured, tracer):
    setup_logs(provider=kept.provider)
    log = configured(
        correlate, structlog.processors.TimeStamper(fmt="iso"), structlog.processors.CallsiteParameterAdder(), to_otlp
    )
    with tracer.start_as_current_span("work") as span:
        log.info("placed", order=5, name="ada", nested={"a": (1, 2)})
    try:
        {}["missing"]
    except KeyError:
        log.exception("failed", logger="shop")
    placed, failed = kept.records
    assert placed.body == "placed"
    assert placed.severity_text == "INFO"
    assert placed.trace_id == span.get_span_context().trace_id
    assert {name: placed.attributes[name] for name in ("order", "name", "nested")} == {
        "order": 5, "name": "ada", "nested": {"a": [1, 2]},
    }  # fmt: skip
    assert placed.attributes["code.function.name"] == "test_fields_exceptions_ids_and_times"
    assert not {"event", "level", "timestamp", "trace_id", "lineno"} & set(placed.attributes)
    assert abs(placed.timestamp - placed.observed_timestamp) < 60e9
    assert failed.attributes["exception.type"] == "KeyError"
    assert kept.names == ["structlog", "shop"]


def test_a_rendered_exception_is_the_stacktrace(kept, configured):
    setup_logs(provider=kept.provider)
    configured(to_otlp).error("failed", exception="Traceback: …")
    assert kept.records[0].attributes["exception.stacktrace"] == "Traceback: …"


def test_sampling_and_levels_apply(kept, configured):
    setup_logs(provider=kept.provider, sampling=Sampling(Rule("WARNING")))
    log = configured(to_otlp)
    log.info("no")
    log.warning("yes")
    assert kept.bodies == ["yes"]


@pytest.mark.parametrize(
    "last", [structlog.stdlib.render_to_log_kwargs, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
)
def test_through_logging_it_arrives_once_with_fields(kept, configured, last):
    setup_logs(provider=kept.provider, level="INFO")
    configured(to_otlp, last, factory=structlog.stdlib.LoggerFactory()).info("placed", order=5)
    (record,) = kept.records
    assert (record.body, record.attributes["order"]) == ("placed", 5)
    assert not {"_logger", "_name"} & set(record.attributes)


def test_hostile_events_never_raise(configured):
    event = {"event": object(), "timestamp": [], "lineno": "x", "level": 3.5}
    assert to_otlp(None, "info", event) is event
    assert to_otlp(logging.getLogger("a"), "info", {}) == {}
