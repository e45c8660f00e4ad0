"""`/sonde/completion`: what a word of a query may go on to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.attributes import Among
from sonde.query.completion import CompletionQuestion
from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Attributes"])


class CompletionModel(BaseModel):
    """One way to go on."""

    kind: str = Field(description="service, operation, key or value.")
    text: str
    count: int = Field(description="Spans or records that have it: in the range, of keys at any time.")


class CompletionAnswer(BaseModel):
    """Ways to go on, the best first."""

    completions: list[CompletionModel]


@router.get("/completion", response_model=CompletionAnswer)
def completion(
    *,
    signal: Annotated[str, Parameter(description="traces, logs or metrics.", examples=["traces"])] = "traces",
    key: Annotated[
        str,
        Parameter(
            description="service, operation, or the attribute whose value is being typed; empty while a name is.",
            examples=["http.route"],
        ),
    ] = "",
    text: Annotated[str, Parameter(description="What there is of it, in any case.")] = "",
    service: Annotated[str, Parameter(description="Only operations and values of this service.")] = "",
    start: StartParameter = None,
    end: EndParameter = None,
    limit: Annotated[int, Parameter(description="At most so many, 1 to 200; of names, 8 of each kind.")] = 20,
    query: Query = Depends(query_of),
) -> Response:
    """Names that contain a text, or values that begin with it: those that begin with it first, then the frequent ones."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    among = Among(service=service, start_ns=start_ns, end_ns=end_ns)
    asked = CompletionQuestion(signal=signal, key=key, text=text, among=among, limit=limit)
    return json_answer({"completions": [asdict(one) for one in query.completions(asked)]})
