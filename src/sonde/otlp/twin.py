"""The wire kernel's twin: the same functions and results in plain Python on the protobuf library.

It serves where no compiler was found (or `SONDE_PURE=1` asks for it), and it is what the kernel is tested against. Slow,
tens of thousands of spans a second, and otherwise the same: `sonde.otlp.wire` documents both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.otlp.twin_check import validate
from sonde.otlp.twin_flatten import flatten
from sonde.otlp.twin_scan import attribute, body, scan
from sonde.otlp.twin_splice import group_by_trace, select, split

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["attribute", "body", "concat", "flatten", "group_by_trace", "scan", "select", "split", "validate"]


def concat(payloads: Iterable[bytes | bytearray | memoryview]) -> bytes:
    """See `sonde.otlp.wire.concat`."""
    return b"".join(payloads)
