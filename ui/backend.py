"""The package's build backend: setuptools, and Node.js from PyPI for the pages where the machine has none (PEP 517)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from setuptools.build_meta import *  # noqa: F403  the hooks themselves
from setuptools.build_meta import get_requires_for_build_wheel as _needed


def _build() -> ModuleType:
    """`ui/build.py`, by its place: a module named `build` may be another's."""
    spec = importlib.util.spec_from_file_location("sonde_ui_build", Path(__file__).with_name("build.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """What an isolated build installs first."""
    build = _build()
    return [*_needed(config_settings), *([] if build.node_folder() else [build.REQUIREMENT])]
