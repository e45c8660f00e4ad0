"""The journal is loaded by every door, and later by applications as a spool: it must bring nothing heavy with it."""

import subprocess
import sys

HEAVY = (
    "numpy",
    "pyarrow",
    "pydantic",
    "grpc",
    "fastapi",
    "chdb",
    "rich",
    "typer",
    "httpx",
    "google.protobuf",
    "asyncio",
)
ALLOWED = {"sonde", "sonde.core", "sonde.journal", "sonde.otlp"}


def test_it_imports_only_what_lies_below_it():
    program = "import sys, sonde.journal; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {name for name in loaded if name in HEAVY}
    rooms = {".".join(name.split(".")[:2]) for name in loaded if name.split(".")[0] == "sonde"}
    assert rooms <= ALLOWED
