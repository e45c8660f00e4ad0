"""`/sonde/services`: services with their rates, errors and latencies."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer, moment
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Services"])


class ServiceModel(BaseModel):
    """How one service did in the range."""

    name: str
    spans: int = Field(description="Entry spans (kind Server or Consumer); of a service without any, all its spans.")
    errors: int = Field(description="Those of them whose status is Error.")
    error_ratio: float = Field(description="errors / spans, 0 to 1.")
    rate_per_s: float = Field(description="Of them a second, from start or the first data on, until end or now.")
    p50_ms: float = Field(description="Median of their durations, within 1 percent.")
    p95_ms: float
    p99_ms: float
    last_seen: str = Field(description="Start of its newest span of any kind; of ranges over ten minutes, its minute.")


class ServicesAnswer(BaseModel):
    """Services by name."""

    services: list[ServiceModel]


@router.get("/services", response_model=ServicesAnswer)
def services(start: StartParameter = None, end: EndParameter = None, query: Query = Depends(query_of)) -> Response:
    """Services that sent spans in a range."""
    found = query.services(*parse_range(start, end, query.clock))
    return json_answer(
        {
            "services": [
                {
                    "name": one.name,
                    "spans": one.spans,
                    "errors": one.errors,
                    "error_ratio": one.error_ratio,
                    "rate_per_s": one.rate_per_s,
                    "p50_ms": one.p50_ms,
                    "p95_ms": one.p95_ms,
                    "p99_ms": one.p99_ms,
                    "last_seen": moment(one.last_seen_ns),
                }
                for one in found
            ]
        }
    )
