"""Observing must not bring in what only some applications use."""

import subprocess
import sys

HEAVY = ["numpy", "psutil", "sqlalchemy", "asyncio", "concurrent.futures", "ssl", "google.protobuf", "http"]


def test_nothing_heavy_is_imported_beyond_the_sdk():
    script = (
        "import sys, opentelemetry.sdk.metrics; before = set(sys.modules)\n"
        "import sonde.client.observers as observers; observers.observe(source='own'); observers.health()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules and name not in before])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
