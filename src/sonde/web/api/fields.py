"""`/sonde/logs/fields`: which fields the records of a selection carry, and their most frequent values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.logs import LogSearch
from sonde.query.query import Query
from sonde.web.api.answer import json_answer
from sonde.web.api.logs import ranged
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/logs", tags=["Logs"])


class FieldValueModel(BaseModel):
    """One value of a field."""

    value: str = Field(description="The value, or its first 200 characters.")
    count: int = Field(description="Records that were read and have it.")
    cut: bool = Field(description="Whether the value goes on.")


class LogFieldModel(BaseModel):
    """One field of records."""

    name: str = Field(description="service, severity, event, or an attribute's key.")
    level: str = Field(description="field for those three; record or resource for attributes.")
    count: int = Field(description="Records that were read and have it.")
    coverage: float = Field(description="Share of records that have it, 0 to 1.")
    distinct: int = Field(description="How many values it has in the records that were read.")
    values: list[FieldValueModel] = Field(description="Most frequent first.")


class FieldsAnswer(BaseModel):
    """Fields: service, severity and event first, then attributes, the most frequent first."""

    total: int = Field(description="Records of the selection.")
    looked_at: int = Field(description="Records that were read.")
    sampled: bool = Field(description="Whether a sample was read.")
    fields: list[LogFieldModel]
    truncated: bool = Field(description="Whether there are more fields than the limit.")


@router.get("/fields", response_model=FieldsAnswer)
def fields(
    asked: LogSearch = Depends(ranged),
    limit: Annotated[int, Parameter(description="At most so many attributes, 1 to 1,000.")] = 100,
    values: Annotated[int, Parameter(description="At most so many values a field, 1 to 100.")] = 10,
    query: Query = Depends(query_of),
) -> Response:
    """The fields of the records that meet every condition; of more than 30,000 records a sample is read."""
    found = query.log_fields(asked, limit=limit, values=values)
    return json_answer(
        {
            "total": found.total,
            "looked_at": found.looked_at,
            "sampled": found.looked_at < found.total,
            "fields": [
                asdict(one) | {"coverage": min(1.0, one.count / max(1, found.looked_at))} for one in found.fields
            ],
            "truncated": found.truncated,
        }
    )
