"""Senders and people name severities in many ways."""

import pytest

from sonde.core.errors import ValidationError
from sonde.query.severity import parse_severity, severity_name


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 0), ("trace", 1), ("DEBUG", 5), ("info", 9), ("Warn", 13), ("warning", 13), ("error", 17), ("ERROR3", 19), ("fatal", 21), ("critical", 21), ("17", 17), ("24", 24)],
)  # fmt: skip
def test_names_and_numbers(text, number):
    assert parse_severity(text) == number


@pytest.mark.parametrize("text", ["0", "25", "loud", "error5", "-1", "²"])
def test_others_are_refused(text):
    with pytest.raises(ValidationError, match=r"^severity: .*write severity=WARN"):
        parse_severity(text)


def test_every_number_has_the_name_of_its_four():
    names = [severity_name(number) for number in range(26)]
    assert names == ["", *(name for name in ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL") for _ in range(4)), ""]
