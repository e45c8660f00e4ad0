"""The severities of levels, because back ends filter by them and every library has levels of its own."""

import logging

import pytest
from opentelemetry._logs.severity import SeverityNumber
from opentelemetry.instrumentation.log_utils import std_to_otel

from sonde.client.logs.severity import level_number, severity, severity_text


@pytest.mark.parametrize("level", range(10, 60))
def test_is_the_official_one_from_debug_on(level):
    assert severity(level) is std_to_otel(level)


def test_levels_below_debug_are_trace_and_none_is_unspecified():
    assert [severity(level) for level in (-5, 0)] == [SeverityNumber.UNSPECIFIED] * 2
    assert {severity(level) for level in range(1, 10)} == {SeverityNumber.TRACE}
    assert severity(1000) is SeverityNumber.FATAL4


def test_texts_are_short_names():
    assert [severity_text(name) for name in ("warning", "CRITICAL", "exception", "Info")] == [
        "WARN", "FATAL", "ERROR", "INFO",
    ]  # fmt: skip


def test_numbers_of_names_include_registered_ones():
    logging.addLevelName(37, "LOUD")
    assert [level_number(name) for name in ("debug", "Warn", "success", "loud", 7)] == [10, 30, 25, 37, 7]
    with pytest.raises(ValueError, match="'nonsense' is not a level"):
        level_number("nonsense")
