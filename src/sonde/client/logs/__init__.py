"""Logs: records of `logging`, structlog and loguru to OpenTelemetry and to local outputs, sampled and counted."""

from sonde.client.logs.correlation import CorrelationFilter, correlate, correlate_loguru
from sonde.client.logs.formats import ConsoleFormat, JsonFormat
from sonde.client.logs.handler import OtlpHandler
from sonde.client.logs.loguru import loguru_sink
from sonde.client.logs.outputs import Output
from sonde.client.logs.sampling import Rule, Sampling
from sonde.client.logs.setup import LogsSetup, setup_logs
from sonde.client.logs.structlog import to_otlp
from sonde.client.logs.values import Bounds

__all__ = [
    "Bounds",
    "ConsoleFormat",
    "CorrelationFilter",
    "JsonFormat",
    "LogsSetup",
    "OtlpHandler",
    "Output",
    "Rule",
    "Sampling",
    "correlate",
    "correlate_loguru",
    "loguru_sink",
    "setup_logs",
    "to_otlp",
]
