"""Logging must not bring in what only some applications use."""

import subprocess
import sys

HEAVY = [
    "numpy",
    "pyarrow",
    "chdb",
    "fastapi",
    "pydantic",
    "grpc",
    "google.protobuf",
    "httpx",
    "requests",
    "structlog",
    "loguru",
    "logging.handlers",
    "logging.config",
    "ssl",
    "asyncio",
    "email",
    "http",
    "urllib.request",
]


def test_nothing_heavy_is_imported_beyond_the_sdk():
    script = (
        "import sys, opentelemetry.sdk._logs, opentelemetry.sdk.metrics, opentelemetry.trace; before = set(sys.modules)\n"
        "import sonde.client.logs as logs; logs.setup_logs([logs.Output('otlp'), logs.Output('stdout')])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules and name not in before])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
