"""Who hands the records of `logging` over under `opentelemetry-instrument`: somebody, and never two."""

import pytest

from sonde.client.sdk import distro

ENABLED = "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED"


@pytest.mark.parametrize(
    ("exporter", "asked", "official", "expected"),
    [
        ("sonde", "", False, True),
        ("console, sonde", "false", False, True),
        ("sonde", "", True, False),
        ("sonde", "true", False, False),
        ("otlp", "", False, False),
        ("none", "", False, False),
    ],
    ids=["nobody-else", "among-others", "official-package", "the-sdks-handler", "other-exporter", "no-logs"],
)
def test_log_records_are_handed_over_once(monkeypatch, exporter, asked, official, expected):
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", exporter)
    monkeypatch.setenv(ENABLED, asked)
    monkeypatch.setattr(
        distro, "_is_there", lambda module: official and module == "opentelemetry.instrumentation.logging"
    )
    assert distro._should_attach_logs() is expected


def test_a_package_that_is_not_installed_is_not_there():
    assert distro._is_there("opentelemetry.trace")
    assert not distro._is_there("no.such.package")
