"""Sonde: OpenTelemetry end to end in one Python package."""

__version__ = "0.1.0"
