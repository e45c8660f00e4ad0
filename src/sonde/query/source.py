"""One tenant's tables behind the engine, and the engine's complaints in Sonde's words.

Statements name tables as `@otel_traces`; the tenant's database is put in here and nowhere else. Values travel as
server-side parameters. An engine error that the question caused (a regular expression that does not compile, a limit)
becomes the error class that says so; anything else stays a `StorageError`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sonde.core.errors import (
    DeadlineError,
    ExhaustedError,
    NotFoundError,
    SondeError,
    StorageError,
    UnavailableError,
    ValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sonde.store import Engine

__all__ = ["Source", "quoted", "translated"]

_TABLE = re.compile(r"@([a-z_0-9]+)")
_CODE = re.compile(r"Code: (\d+)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CAN_NOT_COMPILE_REGEXP = 427
_TIMEOUT = (159, 160, 209)
_MEMORY = (241, 173)
_TOO_MUCH = (158, 396, 307)
_SYNTAX = (62,)
_UNREACHABLE = (210, 279)
_UNKNOWN_DATABASE = 81


class Source:
    """Reads one tenant's database.

    Args:
        engine: the store's engine.
        database: the tenant's database; a plain identifier.
    """

    def __init__(self, engine: Engine, database: str) -> None:
        self.engine = engine
        self.database = database
        self._prefix = f"{quoted(database)}."

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None, **settings: object) -> list[dict[str, Any]]:
        """Rows of a statement, as dictionaries by column name.

        Raises:
            ValidationError: the question itself is wrong, a regular expression for example.
            DeadlineError: it took longer than allowed.
            ExhaustedError: it needed more memory than allowed.
            StorageError: anything else the engine complains about.
        """
        try:
            return self.engine.query(self.placed(sql), dict(parameters or {}), settings=settings or None)
        except Exception as error:
            raise translated(error) from error

    def stream(
        self, sql: str, fmt: str, parameters: Mapping[str, Any] | None = None, **settings: object
    ) -> Iterator[bytes]:
        """The raw bytes of a statement's result in one of the engine's output formats; errors as in `rows`."""
        try:
            yield from self.engine.stream(self.placed(sql), fmt, dict(parameters or {}), settings=settings or None)
        except Exception as error:
            raise translated(error) from error

    def placed(self, sql: str) -> str:
        """The statement with the tenant's database before every table."""
        return _TABLE.sub(lambda match: self._prefix + match[1], sql)


def quoted(identifier: str) -> str:
    """An identifier in backquotes.

    Raises:
        ValidationError: not a plain identifier.
    """
    if not _NAME.fullmatch(identifier):
        raise ValidationError(f"{identifier!r} is not a database name; it has letters, digits and underscores only")
    return f"`{identifier}`"


def translated(error: Exception) -> SondeError:
    """The engine's complaint as one of Sonde's errors; errors that already are come back as they are."""
    text = str(error)
    match = _CODE.search(text)
    code = int(match[1]) if match else 0
    detail = _first_sentence(text)
    if code == _CAN_NOT_COMPILE_REGEXP:
        return ValidationError(
            f"where: not a regular expression that RE2 understands: {detail}; an example: key=~^5\\d\\d$"
        )
    if code in _TIMEOUT:
        return DeadlineError(f"the question took longer than allowed: {detail}")
    if code in _MEMORY:
        return ExhaustedError(f"the question needs more memory than allowed: {detail}")
    if code in _TOO_MUCH:
        return ValidationError(f"the question asks for more than allowed: {detail}")
    if code in _SYNTAX:
        return ValidationError(f"the engine does not understand the statement: {detail}")
    if code == _UNKNOWN_DATABASE:
        return NotFoundError("nothing was ever stored for this tenant; check the tenant's name")
    if code in _UNREACHABLE:
        return UnavailableError(f"the store cannot be reached: {detail}", retry_after_s=1.0)
    if code:
        return StorageError(f"the engine refused (Code: {code}): {detail}")
    return error if isinstance(error, SondeError) else StorageError(f"the engine failed: {detail}")


def _first_sentence(text: str) -> str:
    """The engine's message without its stack of prefixes and its version."""
    for mark in ("DB::Exception: ", "Code: "):
        text = text.rsplit(mark, 1)[-1] if mark in text else text
    return text.split(" (version ")[0].strip()[:500]
