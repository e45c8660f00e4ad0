"""A short form of the store's kill run: a segment that a crash cut short is completed, and never doubled."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("way", [["--count", "3"], ["--count", "1", "--decode"]], ids=["encoded", "decoded"])
def test_every_record_is_in_every_table_once(tmp_path, way):
    """In processes of their own, for they are killed."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fault.store_kill", "--directory", str(tmp_path), *way],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "each record in each table once" in ran.stdout
