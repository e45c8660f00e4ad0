"""The pages are built where Node.js can be had, and their absence never stops an installation."""

import json
import os
import re
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UI = ROOT / "ui"


@pytest.fixture
def build():
    return runpy.run_path(str(UI / "build.py"))


def node(folder: Path, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in ("node", "npm"):
        script = folder / name
        script.write_text(f"#!/bin/sh\necho {version}\n")
        script.chmod(script.stat().st_mode | stat.S_IEXEC)
    return folder


def test_a_new_enough_node_is_found_and_an_old_one_is_not(build, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(node(tmp_path / "new", "v24.1.0")))
    assert build["node_folder"]() == tmp_path / "new"
    assert not build["_is_new"](str(node(tmp_path / "old", "v18.20.0") / "node"))
    assert not build["_is_new"](str(tmp_path / "absent"))


def test_without_node_the_build_says_so_and_what_to_do(tmp_path):
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(UI / "build.py")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Node.js 20.19 or newer" in done.stderr
    assert "The server works without them" in done.stderr


def test_the_lock_names_no_addresses_and_every_package_has_its_hash():
    text = (UI / "package-lock.json").read_text()
    assert '"resolved"' not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in entry for name, entry in packages.items() if name)
    assert re.search(r"sha512-", text)
