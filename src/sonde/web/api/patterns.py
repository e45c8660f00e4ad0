"""`/sonde/logs/patterns`: what the records of a selection say, without what varies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.logs import LogSearch
from sonde.query.patterns import LogPattern
from sonde.query.query import Query
from sonde.web.api.answer import json_answer, moment
from sonde.web.api.logs import ranged
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde/logs", tags=["Logs"])


class PatternServiceModel(BaseModel):
    """How many records of a pattern are one service's."""

    name: str
    count: int


class PatternExampleModel(BaseModel):
    """One record of a pattern."""

    id: str = Field(description="The record's id; /sonde/logs/context takes it.")
    body: str = Field(description="Its beginning, 500 characters at most.")


class PatternModel(BaseModel):
    """Records that say the same."""

    pattern: str = Field(
        description="Names the pattern: hand it back as pattern or not_pattern. <*> stands where something varies within a"
        " template, <any> where templates that were put together differ."
    )
    template: str = Field(description="The pattern for people: places say what stands there, such as <num> or <uuid>.")
    count: int = Field(description="Records; an estimate where a sample was read.")
    share: float = Field(description="Of all records of the selection, 0 to 1.")
    severities: dict[str, int] = Field(description="Records by severity name; UNSPECIFIED for none.")
    services: list[PatternServiceModel] = Field(description="Most records first, ten at most.")
    first: str = Field(description="Time of the earliest record that was read.")
    first_ns: str
    last: str = Field(description="Time of the latest record that was read.")
    last_ns: str
    trend: list[int] = Field(description="Records by step, from the answer's t on.")
    templates: int = Field(description="How many templates that differ in some words were put together.")
    example: PatternExampleModel | None = Field(description="The latest record that was read.")


class PatternsAnswer(BaseModel):
    """Patterns, the most frequent first."""

    total: int = Field(description="Records of the selection.")
    looked_at: int = Field(description="Records that were read.")
    sampled: bool = Field(description="Whether a sample was read, so that counts are estimates.")
    others: int = Field(description="Records of patterns that are not listed.")
    t: float = Field(description="Start of the first step of trends, in seconds since the epoch.")
    step_s: int = Field(description="Length of a step of trends in seconds.")
    patterns: list[PatternModel]


@router.get("/patterns", response_model=PatternsAnswer)
def patterns(
    asked: LogSearch = Depends(ranged),
    limit: Annotated[int, Parameter(description="At most so many patterns, 1 to 1,000.")] = 100,
    query: Query = Depends(query_of),
) -> Response:
    """The patterns of the records that meet every condition; of more than 100,000 records a sample is read."""
    found = query.log_patterns(asked, limit)
    return json_answer(
        {
            "total": found.total,
            "looked_at": found.looked_at,
            "sampled": found.looked_at < found.total,
            "others": found.others,
            "t": found.start_ns / 1e9,
            "step_s": found.step_s,
            "patterns": [_shown(one, found.total) for one in found.patterns],
        }
    )


def _shown(one: LogPattern, total: int) -> dict[str, object]:
    return {
        "pattern": one.pattern,
        "template": one.shown,
        "count": one.count,
        "share": one.count / total if total else 0.0,
        "severities": dict(one.severities),
        "services": [{"name": name, "count": count} for name, count in one.services.most_common()],
        "first": moment(one.first_ns),
        "first_ns": str(one.first_ns),
        "last": moment(one.last_ns),
        "last_ns": str(one.last_ns),
        "trend": one.trend,
        "templates": one.templates,
        "example": {"id": one.example.id, "body": one.example.body} if one.example else None,
    }
