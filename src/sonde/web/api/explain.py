"""`/sonde/explain`: which attributes set a selection of spans, traces or log records apart from the rest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from sonde.query.explain import Question
from sonde.query.logs import LogSearch
from sonde.query.query import Query
from sonde.query.times import parse_length, parse_range
from sonde.query.traces import TraceSearch
from sonde.web.api.answer import json_answer
from sonde.web.deps import query_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Explain"])


class Conditions(BaseModel):
    """Conditions on records, named as in `/sonde/traces` and `/sonde/logs`; those of the other signal must stay empty."""

    model_config = ConfigDict(extra="forbid")

    start: str = Field(default="", description="Begin, inclusive.", examples=["-1h"])
    end: str = Field(default="", description="End, exclusive.", examples=["now"])
    service: str = ""
    operation: str = ""
    kind: str = ""
    status: str = ""
    min_duration: str = Field(default="", description="Of the span.", examples=["250ms"])
    max_duration: str = ""
    min_trace_duration: str = Field(default="", description="Of the span's whole trace.")
    max_trace_duration: str = ""
    severity: str = Field(default="", description="The least severity.")
    event: str = ""
    pattern: str = ""
    text: str = ""
    where: list[str] = Field(default_factory=list, examples=[["http.route=/cart"]])


class ExplainQuestion(BaseModel):
    """What to compare with what."""

    signal: Literal["traces", "logs"] = "traces"
    unit: Literal["records", "traces"] = Field(
        default="records", description="Whether spans or log records are compared, or whole traces by all their spans."
    )
    base: Conditions = Field(description="All records that are looked at; its range is the whole range.")
    selection: Conditions = Field(description="What a selected record meets as well.")


class ShareModel(BaseModel):
    """One value, or range of numbers, in both sets."""

    value: str
    least: float | None = Field(description="A range's lower end, inclusive; null for a text or an open end.")
    below: float | None = Field(description="A range's upper end, exclusive.")
    selected: int
    rest: int
    selected_share: float = Field(description="0 to 1, of all selected.")
    rest_share: float = Field(description="0 to 1, of all others.")


class ContrastModel(BaseModel):
    """One key in both sets."""

    key: str = Field(
        description="`span.`, `log.` or `resource.` and the attribute's key, or a field: service, operation …"
    )
    is_number: bool = Field(description="Its values are ranges of numbers.")
    is_outcome: bool = Field(
        description="It says how records ended, such as an exception's type; listed after the others."
    )
    score: float = Field(description="0 to 1: by how much the shares of a value differ beyond chance.")
    selected_coverage: float
    rest_coverage: float
    values: list[ShareModel]


class ExplainAnswer(BaseModel):
    """What sets the selection apart."""

    selected: int = Field(description="Units selected, of those looked at.")
    rest: int = Field(description="Other units.")
    sample: int = Field(description="One in so many traces was looked at.")
    keys: list[ContrastModel] = Field(description="Causes before outcomes, the most telling first.")
    alike: int = Field(description="Keys that do not tell the two apart.")
    left_out: list[str] = Field(description="Keys with too many values to compare, such as ids.")


@router.post("/explain", response_model=ExplainAnswer)
def explain(question: ExplainQuestion, query: Query = Depends(query_of)) -> Response:
    """Which attributes set the selected records apart from the rest, with both distributions; it changes nothing."""
    search = _logs if question.signal == "logs" else _traces
    asked = Question(base=search(question.base, query), selection=search(question.selection, query), unit=question.unit)
    return json_answer(asdict(query.explain(asked)))


def _traces(given: Conditions, query: Query) -> TraceSearch:
    start_ns, end_ns = parse_range(given.start, given.end, query.clock)
    return TraceSearch(
        service=given.service,
        operation=given.operation,
        kind=given.kind,
        status=given.status,
        min_duration_ns=parse_length(given.min_duration, name="min_duration"),
        max_duration_ns=parse_length(given.max_duration, name="max_duration"),
        min_trace_duration_ns=parse_length(given.min_trace_duration, name="min_trace_duration"),
        max_trace_duration_ns=parse_length(given.max_trace_duration, name="max_trace_duration"),
        start_ns=start_ns,
        end_ns=end_ns,
        where=tuple(given.where),
        text=given.text,
    )


def _logs(given: Conditions, query: Query) -> LogSearch:
    start_ns, end_ns = parse_range(given.start, given.end, query.clock)
    return LogSearch(
        text=given.text,
        severity=given.severity,
        service=given.service,
        event=given.event,
        pattern=given.pattern,
        where=tuple(given.where),
        start_ns=start_ns,
        end_ns=end_ns,
    )
