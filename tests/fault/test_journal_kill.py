"""A short form of the journal's kill run, so that a change which loses or doubles records is met at once."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_acknowledged_record_is_there_once(tmp_path):
    """In a process of its own, for it forks."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fault.journal_kill", "--count", "20", "--directory", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "each there once" in ran.stdout
