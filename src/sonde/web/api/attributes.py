"""`/sonde/attributes`: which attributes there are and what values they have, for completion."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from sonde.query.attributes import Among
from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Attributes"])

SignalParameter = Annotated[str, Parameter(description="traces, logs or metrics.", examples=["traces"])]
PrefixParameter = Annotated[str, Parameter(description="What it begins with, in any case.")]


class AttributeModel(BaseModel):
    """One attribute key as one signal carries it."""

    key: str
    signal: str = Field(description="traces, logs or metrics.")
    level: str = Field(description="resource, scope or record.")
    type: str = Field(description="string, bool, int, double, bytes, array, kvlist or empty.")
    count: int = Field(description="Records that carried it.")
    values: list[str] = Field(description="A few of its values.")


class AttributesAnswer(BaseModel):
    """Attribute keys, the most frequent first."""

    attributes: list[AttributeModel]


class ValueModel(BaseModel):
    """One value of an attribute."""

    value: str
    count: int = Field(description="Records that carry it, among the newest 200,000 with the attribute.")


class ValuesAnswer(BaseModel):
    """Values, the most frequent first."""

    values: list[ValueModel]


@router.get("/attributes", response_model=AttributesAnswer)
def attributes(
    signal: SignalParameter = "",
    level: Annotated[str, Parameter(description="resource, scope or record.")] = "",
    prefix: PrefixParameter = "",
    limit: Annotated[int, Parameter(description="At most so many, 1 to 10,000.")] = 1000,
    query: Query = Depends(query_of),
) -> Response:
    """Attribute keys."""
    found = query.attribute_keys(signal, level, prefix, limit)
    return json_answer({"attributes": [asdict(one) for one in found]})


@router.get("/attributes/values", response_model=ValuesAnswer)
def values(
    *,
    key: Annotated[
        str, Parameter(description="The attribute's key; a level may stand before it.", examples=["http.route"])
    ] = "",
    signal: SignalParameter = "traces",
    prefix: PrefixParameter = "",
    service: Annotated[str, Parameter(description="Only records of this service.")] = "",
    start: StartParameter = None,
    end: EndParameter = None,
    limit: Annotated[int, Parameter(description="At most so many, 1 to 10,000.")] = 100,
    query: Query = Depends(query_of),
) -> Response:
    """Values of one attribute."""
    start_ns, end_ns = parse_range(start, end, query.clock)
    among = Among(service=service, start_ns=start_ns, end_ns=end_ns)
    found = query.attribute_values(key, signal, prefix, limit, among=among)
    return json_answer({"values": [asdict(one) for one in found]})
