"""A value for each logger, given by dotted prefixes: the longest one that fits decides.

`{"uvicorn": a, "uvicorn.access": b}` gives `uvicorn.error` a, `uvicorn.access` b, and `uvicornx` the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

__all__ = ["ByLogger"]

Value = TypeVar("Value")
_MAX_NAMES = 4096


class ByLogger(Generic[Value]):
    """Looks values up by a logger's name, and remembers what it found. Thread-safe.

    Args:
        default: the value of loggers that no prefix fits.
        prefixes: values by a logger's name or the beginning of one; "" and "root" mean the root logger alone.
    """

    def __init__(self, default: Value, prefixes: Mapping[str, Value]) -> None:
        self._default = default
        self._prefixes = {name: value for name, value in prefixes.items() if name}
        if "" in prefixes:
            self._prefixes.setdefault("root", prefixes[""])
        self._found: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        try:
            return self._found[name]
        except KeyError:
            return self._look_up(name)

    def _look_up(self, name: str) -> Value:
        prefix = name
        while prefix and prefix not in self._prefixes:
            prefix = prefix.rpartition(".")[0]
        value = self._prefixes.get(prefix, self._default)
        if len(self._found) >= _MAX_NAMES:
            self._found.clear()
        self._found[name] = value
        return value
