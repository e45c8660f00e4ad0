"""`sonde.errors` is what applications import: it hands on the whole tree, and costs next to nothing until asked."""

from __future__ import annotations

import subprocess
import sys

import sonde.errors
from sonde.core import errors
from sonde.core.classify import classify


def test_it_hands_on_the_whole_tree_and_classify():
    assert set(errors.__all__) | {"Condition", "classify"} == set(sonde.errors.__all__)
    assert all(getattr(sonde.errors, name) is getattr(errors, name) for name in errors.__all__)
    assert sonde.errors.classify is classify


def test_importing_it_reads_no_row_of_the_table():
    script = "import sys, sonde.errors; print(*(name for name in sys.modules if name.startswith('sonde')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {
        "sonde", "sonde.errors", "sonde.core", "sonde.core.errors", "sonde.core.classify", "sonde.core.conditions",
        "sonde.core.conditions.condition", "sonde.core.conditions.rows", "sonde.core.conditions.search",
    }  # fmt: skip
