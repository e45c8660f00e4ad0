"""What `from sonde.client import …` promises: every public name, and nothing loaded for those that are not used."""

import subprocess
import sys

import pytest

import sonde.client

LAZY = """
import sys, sonde.client
before = {name for name in sys.modules if name.startswith("sonde.client.")}
from sonde.client import Bearer
print(before, "sonde.client.direct" in sys.modules)
"""


def test_every_name_it_lists_is_there():
    names = [name for name in dir(sonde.client) if not name.startswith("_")]
    assert {"OtlpClient", "AsyncOtlpClient", "span", "counter", "gauge", "histogram", "log", "Bearer"} <= set(names)
    assert all(getattr(sonde.client, name) is not None for name in names)


def test_a_name_it_does_not_have_is_missed_by_its_name():
    with pytest.raises(AttributeError, match="'OtlpKlient'"):
        sonde.client.OtlpKlient  # noqa: B018  the look-up is what is tested


def test_a_name_loads_what_it_needs_and_no_more():
    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split("\n")[0] == "set() False"
