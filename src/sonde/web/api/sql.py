"""`/sonde/sql`: one statement that reads, answered as one JSON object, as lines of JSON, as CSV or as Parquet; and its schema."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from sonde.core.errors import ValidationError
from sonde.query.bound import SqlValues
from sonde.query.query import Query
from sonde.query.sql import SqlLimits
from sonde.query.times import parse_length, parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["SQL"])

MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}}
_FORMAT = (
    "json, ndjson, csv or parquet; without, what Accept names of "
    + ", ".join(MEDIA_TYPES.values())
    + ", else json. csv and parquet come as a file."
)
_LIMIT = "Rows, 1 to 1,000,000; 10,000 without."
_TIMEOUT = "At most 300s; 30s without."
_EXACT = "64-bit integers as text, for readers whose numbers are doubles."

Form = Literal["", "json", "ndjson", "csv", "parquet"]
Scalar = str | int | float | bool


class ColumnModel(BaseModel):
    """A column of an answer."""

    name: str
    type: str = Field(description="ClickHouse's name of the type.")


class SqlModel(BaseModel):
    """A statement's answer."""

    columns: list[ColumnModel]
    rows: list[dict[str, Any]] = Field(description="64-bit integers are numbers, or text where exact was asked.")
    truncated: bool = Field(description="There were more rows than the limit.")
    elapsed_ms: float = Field(description="How long the engine took.")


class SqlQuestion(BaseModel):
    """A statement, the values of its placeholders, and its limits."""

    query: str = Field(description="SELECT, WITH, SHOW, DESCRIBE, EXPLAIN or EXISTS.", examples=["SHOW TABLES"])
    parameters: dict[str, Scalar | list[Scalar]] = Field(
        default_factory=dict,
        description="Values for `{name:Type}` in the statement. `{start:DateTime64(9)}`, `{end:DateTime64(9)}` and"
        " `{step:UInt32}` (seconds) are there without: they follow the range.",
        examples=[{"service": "checkout"}],
    )
    start: str | None = Field(
        default=None, description="What {start:DateTime64(9)} stands for; an hour before end without."
    )
    end: str | None = Field(default=None, description="What {end:DateTime64(9)} stands for; now without.")
    limit: int | None = Field(default=None, description=_LIMIT)
    timeout: str | None = Field(default=None, description=_TIMEOUT, examples=["30s"])
    format: Form = Field(default="", description=_FORMAT)
    exact: bool = Field(default=False, description=_EXACT)


class SchemaColumnModel(BaseModel):
    """A column of a table."""

    name: str
    type: str = Field(description="ClickHouse's name of the type.")
    comment: str = Field(description="What it means; empty where nobody wrote it down.")
    is_computed: bool = Field(description="An alias that `SELECT *` leaves out.")


class SchemaTableModel(BaseModel):
    """A table and its columns, in the table's order."""

    name: str
    comment: str
    columns: list[SchemaColumnModel]


class SchemaModel(BaseModel):
    """What SQL can name."""

    tables: list[SchemaTableModel]
    functions: list[str] = Field(description="Functions that statements may call.")


@router.post("/sql", response_model=SqlModel, responses=_ANSWERS)
def ask(question: SqlQuestion, request: Request, query: Query = Depends(query_of)) -> Response:
    """The answer of a statement; lines of JSON, CSV and Parquet are streamed.

    An error that the engine finds in the middle of a streamed answer ends it early; what it finds before the first row is
    an answer with a status like any other.
    """
    if not question.query.strip():
        raise ValidationError("query: it is empty; write SHOW TABLES")
    limits, values = _limits(question), _values(question, query)
    form = question.format or _accepted(request.headers.get("accept", ""))
    if form != "json":
        pieces = _begun(query.sql_stream(question.query, limits, values, form))
        return StreamingResponse(pieces, media_type=MEDIA_TYPES[form], headers=_attached(form))
    began = time.perf_counter()
    found = query.sql(question.query, limits, values)
    return json_answer(
        {
            "columns": [asdict(column) for column in found.columns],
            "rows": found.rows,
            "truncated": found.truncated,
            "elapsed_ms": round((time.perf_counter() - began) * 1000, 3),
        }
    )


@router.get("/sql", response_model=SqlModel, responses=_ANSWERS)
def ask_by_get(
    *,
    request: Request,
    statement: Annotated[str, Parameter(alias="query", description="The statement.", examples=["SHOW TABLES"])] = "",
    parameter: Annotated[
        list[str],
        Parameter(
            description="A placeholder's value: name=value; of one with many values, repeated.",
            examples=[["service=checkout"]],
        ),
    ] = [],  # noqa: B006  FastAPI copies defaults
    start: StartParameter = None,
    end: EndParameter = None,
    limit: Annotated[int | None, Parameter(description=_LIMIT)] = None,
    timeout: Annotated[str | None, Parameter(description=_TIMEOUT)] = None,
    format: Annotated[Form, Parameter(description=_FORMAT)] = "",  # noqa: A002  the parameter's name
    exact: Annotated[bool, Parameter(description=_EXACT)] = False,
    query: Query = Depends(query_of),
) -> Response:
    """As POST."""
    question = SqlQuestion(
        query=statement,
        parameters=_named(parameter),
        start=start,
        end=end,
        limit=limit,
        timeout=timeout,
        format=format,
        exact=exact,
    )
    return ask(question, request, query)


@router.get("/sql/schema", response_model=SchemaModel)
def schema(query: Query = Depends(query_of)) -> Response:
    """What SQL can name: tables, columns and functions."""
    found = query.schema()
    return json_answer({"tables": [asdict(table) for table in found.tables], "functions": found.functions})


def _limits(question: SqlQuestion) -> SqlLimits:
    usual = SqlLimits()
    timeout_ns = parse_length(question.timeout, name="timeout")
    return SqlLimits(
        rows=usual.rows if question.limit is None else question.limit,
        timeout_s=usual.timeout_s if timeout_ns is None else timeout_ns / 1e9,
        exact=question.exact,
    )


def _values(question: SqlQuestion, query: Query) -> SqlValues:
    start_ns, end_ns = parse_range(question.start, question.end, query.clock)
    named = {
        name: tuple(_text(one) for one in (value if isinstance(value, list) else [value]))
        for name, value in question.parameters.items()
    }
    return SqlValues(named, start_ns, end_ns)


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(parameters: list[str]) -> dict[str, Scalar | list[Scalar]]:
    named: dict[str, Scalar | list[Scalar]] = {}
    for one in parameters:
        name, equals, value = one.partition("=")
        if not equals:
            raise ValidationError(f"parameter: {one[:80]!r} has no value; write parameter=name=value")
        values = named.setdefault(name, [])
        assert isinstance(values, list)
        values.append(value)
    return named


def _accepted(accept: str) -> str:
    return next((form for form, kind in MEDIA_TYPES.items() if kind in accept), "json")


def _attached(form: str) -> dict[str, str]:
    return {} if form == "ndjson" else {"Content-Disposition": f'attachment; filename="sonde.{form}"'}


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, the first already read: an error of the statement becomes a status and not a torn answer."""
    first = next(pieces, b"")
    return chain((first,), pieces)
