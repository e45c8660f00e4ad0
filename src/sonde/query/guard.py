"""What SQL from outside may do: read this tenant's tables, and nothing else.

The embedded engine has no grants, and its read-only mode still lets `file()` read any file and `INTO OUTFILE` write one.
So a statement is judged by its tokens before the engine sees it, by lists of what is allowed:

- it begins with SELECT, WITH, SHOW, DESCRIBE, EXPLAIN or EXISTS, is one statement, and holds no clause that writes,
  changes settings or names an output;
- every name before a parenthesis is a type, a keyword, one of a few harmless table functions, or a function of the engine
  from a category that only computes; functions that reach files, networks, dictionaries, models, other tables by name or
  the server's insides are refused even where a bare name would call them (`APPLY(file)`, `arrayMap(file, ...)`);
- another tenant's database is not named anywhere, and of `system` only tables that say how to ask.

`readonly = 1` is put behind it all the same. New functions of a newer engine are refused until their category is known.

Limit: an alias that is called like a refused function or like a database must be chosen otherwise.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sonde.core.errors import AuthorizationError, ValidationError
from sonde.query.tokens import tokenized

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sonde.query.tokens import Token

__all__ = ["Dialect", "checked", "dialect"]

_STARTS = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"})
_SHOWS = frozenset({"TABLES", "FULL", "CREATE", "COLUMNS", "FIELDS", "INDEX", "INDEXES", "FUNCTIONS"})
_FORBIDDEN = frozenset(
    [
        "INTO",
        "OUTFILE",
        "INFILE",
        "FORMAT",
        "SETTINGS",
        "SET",
        "INSERT",
        "CREATE",
        "ALTER",
        "DROP",
        "DELETE",
        "UPDATE",
        "TRUNCATE",
        "RENAME",
        "ATTACH",
        "DETACH",
        "OPTIMIZE",
        "SYSTEM",
        "KILL",
        "GRANT",
        "REVOKE",
        "EXECUTE",
        "PARALLEL",
        "BACKUP",
        "RESTORE",
        "EXCHANGE",
        "UNDROP",
        "MOVE",
        "USE",
        "WATCH",
        "CALL",
        "COPY",
    ]
)
_KEYWORDS = frozenset(
    [
        "SELECT",
        "FROM",
        "WHERE",
        "PREWHERE",
        "HAVING",
        "QUALIFY",
        "AND",
        "OR",
        "NOT",
        "XOR",
        "IN",
        "AS",
        "ON",
        "USING",
        "BY",
        "WHEN",
        "THEN",
        "ELSE",
        "CASE",
        "OVER",
        "VALUES",
        "EXISTS",
        "ANY",
        "ALL",
        "BETWEEN",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "JOIN",
        "DISTINCT",
        "LIMIT",
        "OFFSET",
        "REPLACE",
        "COLUMNS",
        "SETS",
        "FILTER",
        "TOP",
        "LIKE",
        "ILIKE",
        "IS",
        "ORDER",
        "GROUP",
        "WINDOW",
        "WITH",
        "RANGE",
        "ROWS",
        "MATERIALIZED",
        "CAST",
        "EXTRACT",
        "INTERVAL",
        "DATE",
        "TIMESTAMP",
        "TRIM",
        "GLOBAL",
        "ROLLUP",
        "CUBE",
        "APPLY",
        "STRICT",
        "AST",
        "SYNTAX",
        "PLAN",
        "PIPELINE",
        "ESTIMATE",
        "TREE",
        "RETURN",
        "SAMPLE",
        "ARRAY",
    ]
)
_TABLE_FUNCTIONS = frozenset(
    {"numbers", "numbers_mt", "zeros", "zeros_mt", "generateSeries", "generate_series", "values", "view", "null"}
)
_SYSTEM_TABLES = frozenset(
    [
        "one",
        "numbers",
        "numbers_mt",
        "zeros",
        "zeros_mt",
        "functions",
        "data_type_families",
        "time_zones",
        "keywords",
        "formats",
        "aggregate_function_combinators",
    ]
)
_METADATA_TABLES = frozenset(
    ["tables", "columns", "parts", "parts_columns", "databases", "data_skipping_indices", "projections"]
)
_REFUSED_CATEGORIES = frozenset(
    {"AI", "Dictionary", "Embedded Dictionary", "Machine Learning", "Introspection", "Internal"}
)
_ALLOWED_CATEGORIES = frozenset(
    {
        "Aggregate Functions", "Arithmetic", "Arrays", "Bit", "Bitmap", "Comparison", "Conditional", "Dates and Times", "Distance",
        "Encoding", "Encryption", "Financial", "Geo", "Geo Polygon", "Hash", "IP Address", "JSON", "Logical", "Map", "Mathematical", "Null",
        "NumericIndexedVector", "QBit", "Random Number", "Rounding", "String", "String Replacement", "String Search",
        "String Splitting", "Time Series", "Time Window", "Tuple", "Type Conversion", "URL", "UUID",
    }
)  # fmt: skip
_ALLOWED_OTHERS = frozenset(
    [
        "bar",
        "blockNumber",
        "blockSize",
        "byteSize",
        "countDigits",
        "currentDatabase",
        "currentUser",
        "dumpColumnStructure",
        "defaultValueOfArgumentType",
        "defaultValueOfTypeName",
        "digits",
        "errorCodeToName",
        "finalizeAggregation",
        "formatReadableDecimalSize",
        "formatReadableQuantity",
        "formatReadableSize",
        "formatReadableTimeDelta",
        "formatQuery",
        "formatQueryOrNull",
        "formatQuerySingleLine",
        "formatQuerySingleLineOrNull",
        "getSizeOfEnumType",
        "getSubcolumn",
        "identity",
        "ignore",
        "indexHint",
        "initializeAggregation",
        "isConstant",
        "isDecimalOverflow",
        "lowCardinalityIndices",
        "lowCardinalityKeys",
        "materialize",
        "minSampleSizeContinuous",
        "minSampleSizeConversion",
        "neighbor",
        "normalizeQuery",
        "normalizedQueryHash",
        "parseReadableSize",
        "parseReadableSizeOrNull",
        "parseReadableSizeOrZero",
        "parseTimeDelta",
        "rowNumberInAllBlocks",
        "rowNumberInBlock",
        "runningAccumulate",
        "runningDifference",
        "runningDifferenceStartingWithFirstValue",
        "throwIf",
        "toColumnTypeName",
        "toTypeName",
        "transform",
        "uptime",
        "variantElement",
        "variantType",
        "version",
        "visibleWidth",
        "MACNumToString",
        "MACStringToNum",
        "MACStringToOUI",
    ]
)
_COMBINATORS = (
    "SimpleState", "MergeState", "OrDefault", "Resample", "Distinct", "ForEach", "OrNull", "ArgMin", "ArgMax", "Array", "State",
    "Merge", "Map", "If",
)  # fmt: skip
_MAX_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the engine's functions are, sorted by whether statements from outside may use them.

    Attributes:
        allowed: names that may stand before a parenthesis.
        allowed_folded: lower-case names of those that the engine takes in any case.
        refused: lower-case names of functions that may not be named at all.
    """

    allowed: frozenset[str]
    allowed_folded: frozenset[str]
    refused: frozenset[str]

    def may_call(self, name: str) -> bool:
        """Whether a name may stand before a parenthesis."""
        if name in self.allowed or name.lower() in self.allowed_folded or name in _TABLE_FUNCTIONS:
            return True
        return any(
            name.endswith(suffix) and len(name) > len(suffix) and self.may_call(name[: -len(suffix)])
            for suffix in _COMBINATORS
        )


def dialect(functions: Iterable[Mapping[str, object]], types: Iterable[str]) -> Dialect:
    """The dialect of an engine.

    Args:
        functions: rows of `system.functions` with name, categories, alias_to, origin and case_insensitive.
        types: names of `system.data_type_families`.
    """
    rows = list(functions)
    categories = {str(row["name"]): str(row["categories"]) for row in rows}
    allowed, folded, refused = set(types), {name.lower() for name in types}, set[str]()
    for row in rows:
        name, target = str(row["name"]), str(row["alias_to"] or row["name"])
        kinds = {kind.strip() for kind in (categories.get(target) or "").split(",")}
        harmless = row["origin"] == "System" and (
            (kinds <= _ALLOWED_CATEGORIES and bool(kinds)) or (kinds == {"Other"} and target in _ALLOWED_OTHERS)
        )
        if not harmless:
            refused.add(name.lower())
            continue
        allowed.add(name)
        if int(str(row["case_insensitive"])):
            folded.add(name.lower())
    return Dialect(frozenset(allowed), frozenset(folded), frozenset(refused))


def checked(statement: str, known: Dialect, *, own: str, databases: Sequence[str], alone: bool) -> str:
    """A statement that only reads, without its last semicolon.

    Args:
        statement: as written.
        known: the engine's dialect.
        own: this tenant's database.
        databases: all databases of the engine.
        alone: no other tenant is here, so that tables about tables tell nothing of others.

    Raises:
        ValidationError: not one statement that only reads.
        AuthorizationError: it reaches for what it may not have.
    """
    if len(statement) > _MAX_LENGTH:
        raise ValidationError(f"query: it is longer than {_MAX_LENGTH} characters; write a shorter one")
    tokens = tokenized(statement)
    while tokens and tokens[-1].text == ";":
        statement = statement[: tokens.pop().position]
    _check_start(tokens)
    _check_words(tokens)
    foreign = frozenset(databases) - {own, "system"} | {"INFORMATION_SCHEMA", "information_schema"}
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        _check_name(before, token, after, known, foreign)
    _check_system(tokens, _SYSTEM_TABLES | (_METADATA_TABLES if alone else frozenset()))
    return statement.strip()


def _check_start(tokens: list[Token]) -> None:
    first = next((token for token in tokens if token.text != "("), None)
    if first is None or first.keyword not in _STARTS:
        names = ", ".join(sorted(_STARTS))
        raise ValidationError(
            f"query: it begins with none of {names}; write SELECT ServiceName, count() FROM otel_traces GROUP BY 1"
        )
    if first.keyword == "SHOW" and (len(tokens) < 2 or tokens[1].keyword not in _SHOWS):
        raise ValidationError(
            "query: SHOW knows TABLES, COLUMNS, INDEX, FUNCTIONS and CREATE TABLE here; write SHOW TABLES"
        )


def _check_words(tokens: list[Token]) -> None:
    showing = bool(tokens) and tokens[0].keyword == "SHOW"
    for token, after in zip(tokens, [*tokens[1:], None], strict=False):
        if token.text == ";" and token.kind == "symbol":
            raise ValidationError("query: more than one statement; send them one by one")
        calls = after is not None and after.text == "("
        named = after is not None and after.text == "."
        if token.keyword in _FORBIDDEN and not calls and not named and not (showing and token.keyword == "CREATE"):
            raise ValidationError(
                f"query: {token.text} at character {token.position + 1} is not allowed: statements only read, and limits"
                ' are parameters; put the name in quotes ("...") if it is a column'
            )


def _check_name(
    before: Token | None, token: Token, after: Token | None, known: Dialect, foreign: frozenset[str]
) -> None:
    qualifies = after is not None and after.text == "." and after.kind == "symbol"
    if token.kind == "string" and not qualifies:
        return
    if token.kind not in {"word", "quoted", "string"}:
        return
    if foreign.intersection(token.text.split(".")):
        raise AuthorizationError(
            f"query: the database {token.text!r} belongs to someone else; ask for tables of your own, such as otel_traces"
        )
    member = before is not None and before.text == "." and before.kind == "symbol"
    if token.text.lower() in known.refused and not member:
        raise AuthorizationError(
            f"query: {token.text!r} is not allowed: it reaches beyond the tables; call an alias of that name otherwise"
        )
    calls = after is not None and after.text == "(" and after.kind == "symbol"
    if calls and token.keyword not in _KEYWORDS and not known.may_call(token.text):
        raise AuthorizationError(
            f"query: the function {token.text!r} is not known or not allowed; system.functions lists the engine's"
        )


def _check_system(tokens: list[Token], allowed: frozenset[str]) -> None:
    for token, dot, table in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.text.lower() == "system" and dot.text == "." and table.text not in allowed:
            raise AuthorizationError(
                f"query: system.{table.text} is not allowed; those that are: {', '.join(sorted(allowed))}"
            )
    for token, name in itertools.pairwise(tokens):
        if token.keyword in {"FROM", "IN"} and name.text.lower() == "system" and _ends_name(tokens, name):
            raise AuthorizationError("query: the database system is not listed here; SHOW TABLES lists your own")


def _ends_name(tokens: list[Token], name: Token) -> bool:
    following = tokens[tokens.index(name) + 1 :]
    return not following or following[0].text != "."
