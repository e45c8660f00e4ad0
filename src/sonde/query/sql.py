"""SQL from outside: one statement that reads this tenant's tables, within limits.

`sonde.query.guard` judges the statement, `.placed` gives its tables the tenant's database, `.bound` its placeholders their
values; the engine's own parser confirms that every table in it is placed, and limits are put behind it: time, memory, rows,
threads, and `readonly`.

What the engine has against a statement says where, if the engine does: "at character N" counts in the statement as written.

Limits: 1,000,000 rows, 300 s, 1 GiB of memory a statement, 2 threads. More rows than asked for are not an error: the
answer is cut and says so.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.core.errors import SondeError, StorageError, UnsupportedError, ValidationError
from sonde.query.bound import bound
from sonde.query.guard import checked, dialect
from sonde.query.placed import Placed, placed
from sonde.query.tokens import tokenized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sonde.query.bound import SqlValues
    from sonde.query.guard import Dialect
    from sonde.query.source import Source
    from sonde.query.tokens import Token

__all__ = ["FORMATS", "Column", "SqlAnswer", "SqlLimits", "answer", "dialect_of", "streamed"]

FORMATS = {"ndjson": "JSONEachRow", "csv": "CSVWithNames", "parquet": "Parquet"}
"""The engine's format by Sonde's name, of answers that are streamed."""

_MAX_MEMORY_BYTES = 1 << 30
_CODE = re.compile(r"Code: (\d+)")
# files, network, logical errors, checksums, space, coordination: error codes of ClickHouse's ErrorCodes.cpp
_OWN_TROUBLES = frozenset(
    {40, 49, 74, 75, 76, 87, 88, 107, 117, 198, 210, 225, 228, 229, 232, 236, 243, 246, 271, 354, 499, 999, 1001, 1002}
)
_SYNTAX = re.compile(r"failed at position (\d+)")
_EXPECTED = re.compile(r"(?:Expected one of: |Expected )(.*?)(?:\. \(SYNTAX_ERROR|$)", re.DOTALL)
_TABLE_IN_AST = re.compile(r"\s*TableIdentifier (\S+)")


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """What one statement may take.

    Attributes:
        rows: rows of the answer, 1 to 1,000,000; what is beyond is cut.
        timeout_s: seconds, above 0 to 300.
        exact: 64-bit integers as text, for readers whose numbers are doubles.
    """

    rows: int = 10_000
    timeout_s: float = 30.0
    exact: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.rows <= 1_000_000:
            raise ValidationError(f"limit: {self.rows} is not between 1 and 1000000; write limit=1000")
        if not 0 < self.timeout_s <= 300:
            raise ValidationError(f"timeout: {self.timeout_s:g} s is not between 0 and 300 s; write timeout=30s")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: its name, and ClickHouse's type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """A statement's answer.

    Attributes:
        columns: in the statement's order.
        rows: by column name; of columns with one name the last counts. 64-bit integers are numbers unless asked otherwise.
        truncated: there were more rows than the limit.
    """

    columns: list[Column]
    rows: list[dict[str, Any]]
    truncated: bool


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement made ready: the completed text, what stands behind it, and the values of its placeholders."""

    placed: Placed
    limits: str
    values: dict[str, Any]
    streams: bool

    @property
    def text(self) -> str:
        return self.placed.text + self.limits


def answer(source: Source, statement: str, limits: SqlLimits, values: SqlValues, now_ns: int) -> SqlAnswer:
    """The whole answer of a statement; see `Query.sql`."""
    return _answered(source, _prepared(source, statement, limits, values, now_ns, more=1), limits)


def _answered(source: Source, prepared: _Prepared, limits: SqlLimits) -> SqlAnswer:
    with _explained(prepared.placed):
        text = b"".join(source.stream(prepared.text, "JSONCompactEachRowWithNamesAndTypes", prepared.values))
    lines = [json.loads(line) for line in text.splitlines() if line]
    if len(lines) < 2:
        return SqlAnswer([], [], truncated=False)
    names, types, rows = lines[0], lines[1], lines[2:]
    columns = [Column(name, kind) for name, kind in zip(names, types, strict=True)]
    return SqlAnswer(
        columns, [dict(zip(names, row, strict=True)) for row in rows[: limits.rows]], len(rows) > limits.rows
    )


def streamed(
    source: Source, statement: str, limits: SqlLimits, values: SqlValues, now_ns: int, *, form: str
) -> Iterator[bytes]:
    """The answer in one of FORMATS, in pieces that need not end with a line; see `Query.sql_stream`.

    The statement is judged before this returns, so that a refusal is not found in the middle of an answer. Statements that
    do not begin with SELECT or WITH are answered whole: the embedded engine does not stream them, and they are short.
    """
    prepared = _prepared(source, statement, limits, values, now_ns, more=0)
    if prepared.streams:
        return _run(source, prepared, FORMATS[form])
    found = _answered(source, prepared, limits)
    return iter([_WHOLE[form](found)])


def _lines(found: SqlAnswer) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for row in found.rows)


def _csv(found: SqlAnswer) -> bytes:
    text = io.StringIO()
    names = [column.name for column in found.columns]
    writer = csv.DictWriter(text, names, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows)
    return text.getvalue().encode()


def _parquet(_found: SqlAnswer) -> bytes:
    raise UnsupportedError("format: parquet is for SELECT; ask for csv, or write SELECT")


_WHOLE = {"ndjson": _lines, "csv": _csv, "parquet": _parquet}


def _reads_tables(tokens: list[Token]) -> bool:
    """Whether it is a SELECT, and not a statement about tables or about another statement."""
    return tokens[0].keyword in {"SELECT", "WITH"} or tokens[0].text == "("


def _run(source: Source, prepared: _Prepared, engine_format: str) -> Iterator[bytes]:
    with _explained(prepared.placed):
        yield from source.stream(prepared.text, engine_format, prepared.values)


@contextmanager
def _explained(text: Placed, before: int = 0) -> Iterator[None]:
    """What the engine has against a statement is the statement's fault, but for a few troubles of its own.

    Args:
        text: the statement.
        before: how many characters the engine was given before it.
    """
    try:
        yield
    except SondeError as error:
        if found := _SYNTAX.search(error.message):
            raise ValidationError(_syntax(text, int(found[1]) - 1 - before, found)) from error
        code = _CODE.search(error.message)
        if not isinstance(error, StorageError) or code is None or int(code[1]) in _OWN_TROUBLES:
            raise
        raise ValidationError(f"query: {error.message}") from error


def _syntax(text: Placed, offset: int, found: re.Match[str]) -> str:
    """The engine counts bytes of what it was given; people count characters of what they wrote."""
    characters = len(text.text.encode()[: max(0, offset)].decode(errors="ignore"))
    place = f"at character {text.original(characters) + 1}"
    expected = _EXPECTED.search(found.string)
    wanted = f"; expected: {expected[1]}" if expected and len(expected[1]) < 100 else ""  # else a list of everything
    if characters >= len(text.text):
        return f"query: it ends too early, {place}{wanted}"
    near = text.text[characters : characters + 20].split("\n")[0]
    return f"query: not understood {place}, near {near!r}{wanted}"


def _prepared(
    source: Source, statement: str, limits: SqlLimits, values: SqlValues, now_ns: int, *, more: int
) -> _Prepared:
    rows = source.rows(
        "SELECT name, (SELECT groupArray(name) FROM system.tables WHERE database = {own:String}) AS tables FROM system.databases",
        {"own": source.database},
    )
    databases = [str(row["name"]) for row in rows]
    others = [name for name in databases if name.startswith(source.database.split("_")[0]) and name != source.database]
    tables = frozenset(str(name) for row in rows[:1] for name in row["tables"])
    text = checked(statement, dialect_of(source), own=source.database, databases=databases, alone=not others)
    start = len(statement) - len(statement.lstrip())  # what is said of positions counts in the statement as written
    tokens = tokenized(text)
    given = bound(tokens, values, now_ns)
    whole = _from_start(placed(tokens, text, tables, source.database), start)
    first, streams = tokens[0].keyword, _reads_tables(tokens)
    if first == "SHOW":
        return _Prepared(Placed(_shown(whole.text, tokens, source.database)), "", given, streams)
    if streams:
        _confirm(source, whole, tokens, tables, given)
    elif first != "EXPLAIN":
        return _Prepared(whole, "", given, streams)
    return _Prepared(whole, _behind(limits, more, limited=first != "EXPLAIN"), given, streams)


def _from_start(text: Placed, start: int) -> Placed:
    return Placed(text.text, tuple((begins, wrote + start) for begins, wrote in text.kept))


def _behind(limits: SqlLimits, more: int, *, limited: bool) -> str:
    settings = {
        "max_execution_time": limits.timeout_s,
        "timeout_overflow_mode": "'throw'",
        "max_memory_usage": _MAX_MEMORY_BYTES,
        "max_threads": 2,
        **({"limit": limits.rows + more} if limited else {}),
        "output_format_json_quote_64bit_integers": int(limits.exact),
        "output_format_json_quote_denormals": 1,
        "readonly": 1,
    }
    return f"\nSETTINGS {', '.join(f'{name} = {value}' for name, value in settings.items())}"


def _shown(text: str, tokens: list[Token], database: str) -> str:
    """A SHOW statement about this tenant's database."""
    words = [token.keyword for token in tokens]
    if "TABLES" in words[:3] and "FROM" not in words and "IN" not in words:
        place = tokens[words.index("TABLES")].position + len("TABLES")
        return f"{text[:place]} FROM `{database}`{text[place:]}"
    return text


def _confirm(source: Source, text: Placed, tokens: list[Token], tables: frozenset[str], values: dict[str, Any]) -> None:
    """Let the engine's own parser say which tables a statement names: each must have its database, or be a WITH clause's."""
    named = {
        token.text
        for token, following in itertools.pairwise(tokens)
        if following.keyword == "AS" or following.text == "("
    }
    asking = "SELECT explain FROM (EXPLAIN AST "
    with _explained(text, len(asking)):
        rows = source.rows(f"{asking}{text.text}\n)", values)
    for row in rows:
        match = _TABLE_IN_AST.match(str(row["explain"]))
        if match and "." not in match[1] and (match[1] in tables or match[1] not in named):
            raise ValidationError(f"query: there is no table {match[1]!r}; SHOW TABLES lists those there are")


_DIALECTS: dict[int, Dialect] = {}


def dialect_of(source: Source) -> Dialect:
    """The engine's dialect, read once for each engine."""
    known = _DIALECTS.get(id(source.engine))
    if known is None:
        functions = source.rows("SELECT name, categories, alias_to, origin, case_insensitive FROM system.functions")
        types = source.rows("SELECT name FROM system.data_type_families")
        known = dialect(functions, [str(row["name"]) for row in types])
        _DIALECTS[id(source.engine)] = known
    return known
