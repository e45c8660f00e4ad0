"""`/sonde/sql`: one statement that reads, answered as one JSON object or as lines of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from sonde.core.errors import ValidationError
from sonde.query.query import Query
from sonde.query.sql import SqlLimits
from sonde.query.times import parse_length
from sonde.web.api.answer import json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["SQL"])

NDJSON = "application/x-ndjson"
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": {NDJSON: {}}}}


class ColumnModel(BaseModel):
    """A column of an answer."""

    name: str
    type: str = Field(description="ClickHouse's name of the type.")


class SqlModel(BaseModel):
    """A statement's answer."""

    columns: list[ColumnModel]
    rows: list[dict[str, Any]] = Field(description="64-bit integers are numbers.")
    truncated: bool = Field(description="There were more rows than the limit.")


class SqlQuestion(BaseModel):
    """A statement and its limits."""

    query: str = Field(description="SELECT, WITH, SHOW, DESCRIBE, EXPLAIN or EXISTS.", examples=["SHOW TABLES"])
    limit: int | None = Field(default=None, description="Rows, 1 to 1,000,000; 10,000 without.")
    timeout: str | None = Field(default=None, description="At most 300s; 30s without.", examples=["30s"])


@router.post("/sql", response_model=SqlModel, responses=_ANSWERS)
def ask(question: SqlQuestion, request: Request, query: Query = Depends(query_of)) -> Response:
    """The answer of a statement; as lines of JSON, streamed, where `Accept` is `application/x-ndjson`."""
    if not question.query.strip():
        raise ValidationError("query: it is empty; write SHOW TABLES")
    limits = _limits(question)
    if NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_begun(query.sql_stream(question.query, limits)), media_type=NDJSON)
    found = query.sql(question.query, limits)
    columns = [asdict(column) for column in found.columns]
    return json_answer({"columns": columns, "rows": found.rows, "truncated": found.truncated})


@router.get("/sql", response_model=SqlModel, responses=_ANSWERS)
def ask_by_get(
    request: Request,
    statement: Annotated[str, Parameter(alias="query", description="The statement.", examples=["SHOW TABLES"])] = "",
    limit: Annotated[int | None, Parameter(description="Rows, 1 to 1,000,000; 10,000 without.")] = None,
    timeout: Annotated[str | None, Parameter(description="At most 300s; 30s without.")] = None,
    query: Query = Depends(query_of),
) -> Response:
    """As POST."""
    return ask(SqlQuestion(query=statement, limit=limit, timeout=timeout), request, query)


def _limits(question: SqlQuestion) -> SqlLimits:
    usual = SqlLimits()
    timeout_ns = parse_length(question.timeout, name="timeout")
    return SqlLimits(
        rows=usual.rows if question.limit is None else question.limit,
        timeout_s=usual.timeout_s if timeout_ns is None else timeout_ns / 1e9,
    )


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, the first already read: an error of the statement becomes a status and not a torn answer."""
    first = next(pieces, b"")
    return chain((first,), pieces)
