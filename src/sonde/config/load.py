"""Reading a configuration file: YAML (JSON is YAML), environment references, typed result."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import yaml

from sonde.config.interpolate import interpolate
from sonde.config.shape import from_plain
from sonde.core.errors import ConfigError

__all__ = ["load_file", "parse_text"]

T = TypeVar("T")


def load_file(path: Path, kind: type[T], environment: Mapping[str, str] = os.environ) -> T:
    """The configuration in a file, as an instance of the dataclass `kind`.

    Raises:
        ConfigError: the file cannot be read, is not YAML, or does not fit; the message names the file and the place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    try:
        return parse_text(text, kind, environment)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.message}") from None


def parse_text(text: str, kind: type[T], environment: Mapping[str, str] = os.environ) -> T:
    """The configuration in a text; see `load_file`."""
    try:
        plain = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ConfigError(f"{where}not valid YAML: {getattr(error, 'problem', None) or error}") from None
    return from_plain(kind, interpolate(plain, environment))
