"""Spans with everything OTLP can say, and a stand-in for `Query` that hands them out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from sonde.core.clock import ManualClock
from sonde.core.errors import NotFoundError
from sonde.query.spans import Event, Link, Resource, Scope, Span
from sonde.query.trace import Trace
from sonde.query.traces import TracePage, TraceSummary
from sonde.web.compat import jaeger_v1, jaeger_v3
from sonde.web.deps import query_of

TRACE_ID = "5b8efff798038103d269b633813fc60c"
SHORT_ID = "00000000000000001234567890abcdef"
START_NS = 1_544_712_660_000_000_000
RESOURCE = Resource({"service.name": "my.service", "host.cpus": 8}, "https://opentelemetry.io/schemas/1.4.0", 1)
SCOPE = Scope("my.library", "1.0.0", {"my.scope.attribute": "some scope attribute"}, "https://schemas.example/2", 2)


def full_span(**changes: Any) -> Span:
    """A span in which every field says something."""
    fields: dict[str, Any] = {
        "trace_id": TRACE_ID,
        "span_id": "eee19b7ec3c1b174",
        "parent_span_id": "eee19b7ec3c1b173",
        "name": "I'm a server span",
        "kind": "Server",
        "service": "my.service",
        "start_ns": START_NS + 1,
        "duration_ns": 1_000_000_000,
        "status": "Error",
        "status_message": "it broke",
        "trace_state": "a=1,b=2",
        "flags": 257,
        "attributes": {
            "text": "some value",
            "true": True,
            "large": 2**63 - 1,
            "ratio": 0.5,
            "nan": float("nan"),
            "raw": b"\x00\xff",
            "list": [1, "a", [True]],
            "map": {"k": 1.5, "n": None},
            "nothing": None,
        },
        "resource": RESOURCE,
        "scope": SCOPE,
        "events": (Event(START_NS + 5000, "exception", {"exception.type": "ValueError"}, 3),),
        "links": (
            Link("0" * 16 + "b" * 16, "b" * 16, "x=1", {"why": "batch"}, 256, 4),
            Link(TRACE_ID, "eee19b7ec3c1b173", "", {"opentracing.ref_type": "child_of"}),
        ),
        "dropped_attributes": 5,
        "dropped_events": 6,
        "dropped_links": 7,
    }
    return Span(**{**fields, **changes})


def plain_span(**changes: Any) -> Span:
    """A span in which only the required fields say something."""
    fields: dict[str, Any] = {
        "trace_id": TRACE_ID,
        "span_id": "a" * 16,
        "parent_span_id": "",
        "name": "root",
        "kind": "Unspecified",
        "service": "",
        "start_ns": START_NS,
        "duration_ns": 2000,
    }
    return Span(**{**fields, **changes})


@dataclass(frozen=True)
class Edge:
    client: str
    server: str
    calls: int
    server_type: str = "service"


@dataclass(frozen=True)
class Named:
    name: str
    kind: str = ""


@dataclass
class FakeQuery:
    """Answers with what it was given, and remembers what it was asked."""

    stored: dict[str, Trace] = field(default_factory=dict)
    searches: list[Any] = field(default_factory=list)
    clock: ManualClock = field(default_factory=ManualClock)
    error: Exception | None = None
    asked_edges: tuple[int, int] = (0, 0)

    def services(self) -> list[Named]:
        if self.error:
            raise self.error
        return [Named(""), Named("cart"), Named("my.service")]

    def operations(self, service: str, kind: str = "") -> list[Named]:
        found = [Named("GET /", "Server"), Named("GET /", "Client"), Named("work", "Unspecified")]
        return [each for each in found if service == "my/service" and (not kind or each.kind.lower() == kind)]

    def trace(self, trace_id: str, *, logs: bool = True) -> Trace:
        assert not logs, "Jaeger's answers have no place for log records"
        if trace_id not in self.stored:
            raise NotFoundError("no such trace")
        return self.stored[trace_id]

    def traces(self, trace_ids: Any) -> list[Trace]:
        return [self.stored[trace_id] for trace_id in trace_ids if trace_id in self.stored]

    def find_traces(self, search: Any) -> TracePage:
        self.searches.append(search)
        found = [
            TraceSummary(trace_id, "my.service", "root", START_NS, 1500, 2, 1, (("my.service", 2),), 1)
            for trace_id in self.stored
        ]
        return TracePage(tuple(found[: search.limit]), None)

    def edges(self, start_ns: int, end_ns: int) -> list[Edge]:
        self.asked_edges = (start_ns, end_ns)
        return [Edge("a", "b", 3), Edge("a", "postgresql", 9, "database"), Edge("c", "d", 1)]


class Client:
    """Asks an application in this process."""

    def __init__(self, application: FastAPI) -> None:
        self.application = application

    def get(self, path: str, params: Any = None) -> httpx.Response:
        """The answer to a GET."""
        return asyncio.run(self._get(path, params))

    async def _get(self, path: str, params: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://sonde") as client:
            return await client.get(path, params=params)


def client_of(query: Any) -> Client:
    """A client of an application with both Jaeger APIs over a stand-in query."""
    application = FastAPI()
    application.include_router(jaeger_v1.router)
    application.include_router(jaeger_v3.router)
    application.dependency_overrides[query_of] = lambda: query
    return Client(application)
