"""SQL from outside: one statement that reads this tenant's tables, within limits.

`sonde.query.guard` judges the statement; here it is placed (table names get the tenant's database, because the engine's
handles are shared and have none), the engine's own parser confirms that every table in it is placed, and limits are put
behind it: time, memory, rows, threads, and `readonly`.

Limits: 1,000,000 rows, 300 s, 1 GiB of memory a statement, 2 threads. More rows than asked for are not an error: the
answer is cut and says so.
"""

from __future__ import annotations

import itertools
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonde.core.errors import StorageError, ValidationError
from sonde.query.guard import checked, dialect
from sonde.query.tokens import tokenized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sonde.query.guard import Dialect
    from sonde.query.source import Source
    from sonde.query.tokens import Token

__all__ = ["Column", "SqlAnswer", "SqlLimits", "answer", "placed", "streamed"]

_MAX_MEMORY_BYTES = 1 << 30
_BEFORE_TABLE = frozenset({"FROM", "JOIN", "TABLE", "DESCRIBE", "DESC", "EXISTS", "IN", "CREATE"})
_CODE = re.compile(r"Code: (\d+)")
# files, network, logical errors, checksums, space, coordination: error codes of ClickHouse's ErrorCodes.cpp
_OWN_TROUBLES = frozenset(
    {40, 49, 74, 75, 76, 87, 88, 107, 117, 198, 210, 225, 228, 229, 232, 236, 243, 246, 271, 354, 499, 999, 1001, 1002}
)
_TABLE_IN_AST = re.compile(r"\s*TableIdentifier (\S+)")


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """What one statement may take.

    Attributes:
        rows: rows of the answer, 1 to 1,000,000; what is beyond is cut.
        timeout_s: seconds, above 0 to 300.
    """

    rows: int = 10_000
    timeout_s: float = 30.0

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
        rows: by column name; of columns with one name the last counts. 64-bit integers are numbers.
        truncated: there were more rows than the limit.
    """

    columns: list[Column]
    rows: list[dict[str, Any]]
    truncated: bool


def answer(source: Source, statement: str, limits: SqlLimits) -> SqlAnswer:
    """The whole answer of a statement; see `Query.sql`."""
    return _answered(source, _prepared(source, statement, limits, more=1), limits)


def _answered(source: Source, prepared: str, limits: SqlLimits) -> SqlAnswer:
    with _explained():
        text = b"".join(source.stream(prepared, "JSONCompactEachRowWithNamesAndTypes"))
    lines = [json.loads(line) for line in text.splitlines() if line]
    if len(lines) < 2:
        return SqlAnswer([], [], truncated=False)
    names, types, rows = lines[0], lines[1], lines[2:]
    columns = [Column(name, kind) for name, kind in zip(names, types, strict=True)]
    return SqlAnswer(
        columns, [dict(zip(names, row, strict=True)) for row in rows[: limits.rows]], len(rows) > limits.rows
    )


def streamed(source: Source, statement: str, limits: SqlLimits) -> Iterator[bytes]:
    """The answer as lines of JSON, one object a row, in pieces that need not end with a line; see `Query.sql_stream`.

    The statement is judged before this returns, so that a refusal is not found in the middle of an answer. Statements that
    do not begin with SELECT or WITH are answered whole: the embedded engine does not stream them, and they are short.
    """
    prepared = _prepared(source, statement, limits, more=0)
    if _reads_tables(tokenized(prepared)):
        return _run(source, prepared)
    found = _answered(source, prepared, limits)
    return iter([json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for row in found.rows])


def _reads_tables(tokens: list[Token]) -> bool:
    """Whether it is a SELECT, and not a statement about tables or about another statement."""
    return tokens[0].keyword in {"SELECT", "WITH"} or tokens[0].text == "("


def _run(source: Source, prepared: str) -> Iterator[bytes]:
    with _explained():
        yield from source.stream(prepared, "JSONEachRow")


@contextmanager
def _explained() -> Iterator[None]:
    """What the engine has against a statement is the statement's fault, but for a few troubles of its own."""
    try:
        yield
    except StorageError as error:
        code = _CODE.search(error.message)
        if code is None or int(code[1]) in _OWN_TROUBLES:
            raise
        raise ValidationError(f"query: {error.message}") from error


def placed(tokens: list[Token], statement: str, tables: frozenset[str], database: str) -> str:
    """The statement with a database before every name of a table that stands where a table can.

    Raises:
        ValidationError: a WITH clause gives a table's name to something else.
    """
    pieces, end = [], 0
    for index, token in enumerate(tokens):
        if token.text not in tables or token.kind == "number":
            continue
        before = tokens[index - 1] if index else None
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if (
            after is not None
            and after.keyword == "AS"
            and index + 2 < len(tokens)
            and tokens[index + 2].text == "("
            and _begins_cte(before)
        ):
            raise ValidationError(f"query: {token.text} is a table; give the WITH clause another name")
        if (after is not None and after.text in {".", "("}) or before is None:
            continue
        if before.keyword in _BEFORE_TABLE or (before.text == "," and _in_from(tokens, index)):
            pieces.append(statement[end : token.position] + f"`{database}`.`{token.text}`")
            end = tokens[index + 1].position if after is not None else len(statement)
            pieces.append(" ")
    return "".join(pieces) + statement[end:]


def _begins_cte(before: Token | None) -> bool:
    return before is not None and (before.keyword in {"WITH", "RECURSIVE"} or before.text == ",")


def _in_from(tokens: list[Token], index: int) -> bool:
    """Whether a comma before this token separates tables: the nearest clause at the same depth is FROM."""
    depth = 0
    for token in reversed(tokens[:index]):
        if token.kind == "symbol" and token.text in "()":
            depth += 1 if token.text == ")" else -1
            if depth < 0:
                return False
        elif depth == 0 and token.keyword in {"FROM", "SELECT", "WHERE", "BY", "WITH", "ON", "USING", "HAVING"}:
            return token.keyword == "FROM"
    return False


def _prepared(source: Source, statement: str, limits: SqlLimits, *, more: int) -> str:
    rows = source.rows(
        "SELECT name, (SELECT groupArray(name) FROM system.tables WHERE database = {own:String}) AS tables FROM system.databases",
        {"own": source.database},
    )
    databases = [str(row["name"]) for row in rows]
    others = [name for name in databases if name.startswith(source.database.split("_")[0]) and name != source.database]
    tables = frozenset(str(name) for row in rows[:1] for name in row["tables"])
    text = checked(statement, _dialect(source), own=source.database, databases=databases, alone=not others)
    tokens = tokenized(text)
    text = placed(tokens, text, tables, source.database)
    if tokens[0].keyword == "SHOW":
        return _shown(text, tokens, source.database)
    if _reads_tables(tokens):
        _confirm(source, text, tokens, tables)
    elif tokens[0].keyword != "EXPLAIN":
        return text
    settings = {
        "max_execution_time": limits.timeout_s,
        "timeout_overflow_mode": "'throw'",
        "max_memory_usage": _MAX_MEMORY_BYTES,
        "max_threads": 2,
        **({} if tokens[0].keyword == "EXPLAIN" else {"limit": limits.rows + more}),
        "output_format_json_quote_64bit_integers": 0,
        "output_format_json_quote_denormals": 1,
        "readonly": 1,
    }
    return f"{text}\nSETTINGS {', '.join(f'{name} = {value}' for name, value in settings.items())}"


def _shown(text: str, tokens: list[Token], database: str) -> str:
    """A SHOW statement about this tenant's database."""
    words = [token.keyword for token in tokens]
    if "TABLES" in words[:3] and "FROM" not in words and "IN" not in words:
        place = tokens[words.index("TABLES")].position + len("TABLES")
        return f"{text[:place]} FROM `{database}`{text[place:]}"
    return text


def _confirm(source: Source, text: str, tokens: list[Token], tables: frozenset[str]) -> None:
    """Let the engine's own parser say which tables a statement names: each must have its database, or be a WITH clause's."""
    named = {
        token.text
        for token, following in itertools.pairwise(tokens)
        if following.keyword == "AS" or following.text == "("
    }
    rows = source.rows(f"SELECT explain FROM (EXPLAIN AST {text}\n)")
    for row in rows:
        match = _TABLE_IN_AST.match(str(row["explain"]))
        if match and "." not in match[1] and (match[1] in tables or match[1] not in named):
            raise ValidationError(f"query: there is no table {match[1]!r}; SHOW TABLES lists those there are")


_DIALECTS: dict[int, Dialect] = {}


def _dialect(source: Source) -> Dialect:
    """The engine's dialect, read once for each engine."""
    known = _DIALECTS.get(id(source.engine))
    if known is None:
        functions = source.rows("SELECT name, categories, alias_to, origin, case_insensitive FROM system.functions")
        types = source.rows("SELECT name FROM system.data_type_families")
        known = dialect(functions, [str(row["name"]) for row in types])
        _DIALECTS[id(source.engine)] = known
    return known
