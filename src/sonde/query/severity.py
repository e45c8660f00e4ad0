"""Severities as people write them: `WARN`, `warning`, `error2`, `17`.

Source: OpenTelemetry log data model, "Field: SeverityNumber": 1 to 24, four numbers to a name.
"""

from __future__ import annotations

import re

from sonde.core.errors import ValidationError

__all__ = ["SEVERITIES", "parse_severity", "severity_name"]

SEVERITIES = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""Names of the data model; each covers four numbers, from 1."""

_ALIASES = {"WARNING": "WARN", "ERR": "ERROR", "CRITICAL": "FATAL", "INFORMATION": "INFO"}
_NAME = re.compile(r"([A-Z]+)([1-4]?)")


def severity_name(number: int) -> str:
    """The name that covers a severity number; empty for 0 and for numbers outside the data model."""
    return SEVERITIES[(number - 1) // 4] if 1 <= number <= 24 else ""


def parse_severity(text: str) -> int:
    """The severity number that a person means, 1 to 24; 0 for an empty text.

    Raises:
        ValidationError: neither a name nor a number of the data model.
    """
    written = text.strip().upper()
    if not written:
        return 0
    if written.isdecimal() and len(written) <= 2 and 1 <= int(written) <= 24:
        return int(written)
    match = _NAME.fullmatch(written)
    name = _ALIASES.get(match[1], match[1]) if match else ""
    if match is None or name not in SEVERITIES:
        raise ValidationError(
            f"severity: {text[:80]!r} is none of {', '.join(SEVERITIES)} or 1 to 24; write severity=WARN"
        )
    return SEVERITIES.index(name) * 4 + int(match[2] or 1)
