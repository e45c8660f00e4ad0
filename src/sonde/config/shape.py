"""Plain data to typed configuration classes and back.

A configuration class is a frozen dataclass; what a user writes follows from its fields by one rule, so that nothing is
declared twice:

- a field `header_timeout_s: float` is written `header_timeout: 10s` (a duration),
- a field `body_limit_bytes: int` is written `body_limit: 64MiB` (a size),
- any other field is written by its own name.

Unknown keys are refused with the nearest known one; types are checked by pydantic, strictly enough that `yes` is not a
number, and every error names the configuration path.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError

from sonde.core.errors import ConfigError
from sonde.core.units import parse_duration, parse_size

__all__ = ["from_plain", "to_plain", "written_name"]

T = TypeVar("T")


def written_name(field_name: str) -> str:
    """The key a user writes for a field: without the unit that the value itself carries."""
    return field_name.removesuffix("_s").removesuffix("_bytes")


def from_plain(kind: type[T], plain: object, path: str = "") -> T:
    """An instance of the dataclass `kind` from what a YAML or JSON parser returned.

    Args:
        kind: a dataclass; nested dataclasses, `Literal`, tuples and optional fields are followed.
        plain: a mapping, or None for "all defaults".
        path: where `plain` stands in the configuration, for messages.

    Raises:
        ConfigError: naming the path, what is wrong, and how to mend it.
    """
    values = _fields_of(kind, {} if plain is None else plain, path)
    try:
        return TypeAdapter(kind).validate_python(values)
    except PydanticError as error:
        raise ConfigError(_explain(error, path)) from None


def to_plain(value: object) -> Any:
    """The JSON-ready data behind a configuration object: the inverse of `from_plain`, numbers in the fields' own units."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def _fields_of(kind: type[Any], plain: object, path: str) -> dict[str, object]:
    if not isinstance(plain, dict):
        raise ConfigError(f"{path or 'the configuration'}: expected settings by name, found {_name_of(plain)}")
    hints = typing.get_type_hints(kind)
    by_key = {written_name(field.name): field.name for field in dataclasses.fields(kind)}
    values: dict[str, object] = {}
    for key, value in plain.items():
        here = f"{path}.{key}" if path else str(key)
        name = by_key.get(key) or (key if key in by_key.values() else None)
        if name is None:
            raise ConfigError(f"{here}: there is no such setting{_nearest(str(key), by_key)}")
        values[name] = _convert(name, hints[name], value, here)
    return values


def _convert(name: str, hint: Any, value: object, path: str) -> object:
    if isinstance(value, str):
        try:
            if name.endswith("_s"):
                return parse_duration(value)
            if name.endswith("_bytes"):
                return parse_size(value)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error.message}") from None
    nested = _dataclass_in(hint)
    if nested is not None and value is not None:
        return from_plain(nested, value, path)
    return value


def _dataclass_in(hint: Any) -> type[Any] | None:
    """The dataclass that a hint names, looking through `X | None`."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        found = [_dataclass_in(part) for part in typing.get_args(hint)]
        return next((item for item in found if item is not None), None)
    return hint if isinstance(hint, type) and dataclasses.is_dataclass(hint) else None


def _explain(error: PydanticError, path: str) -> str:
    first = error.errors()[0]
    parts = [written_name(part) if isinstance(part, str) else f"[{part}]" for part in first["loc"]]
    where = ".".join([path, *parts] if path else parts).replace(".[", "[")
    return f"{where}: {first['msg'].removeprefix('Input should be ').removeprefix('Value error, ')}, found {first['input']!r}"


def _nearest(key: str, known: dict[str, str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; the settings here are {', '.join(sorted(known))}"


def _name_of(value: object) -> str:
    return {list: "a list", str: "text", int: "a number", float: "a number", bool: "a yes or no"}.get(
        type(value), "nothing"
    )
