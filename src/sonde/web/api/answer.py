"""JSON answers, written by orjson: what cannot be a JSON number is text, and 64-bit integers stay exact.

Endpoints name a pydantic model for the description of the API and answer with bytes made here: validating what the server
itself has just made would cost a large trace seconds. Tests hold the answers against the models.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import Query as Parameter
from fastapi import Response

from sonde.query.times import format_ns

__all__ = ["EndParameter", "StartParameter", "WhereParameter", "json_answer", "milliseconds", "moment"]

StartParameter = Annotated[
    str | None, Parameter(description="Begin of the range, inclusive.", examples=["-15m", "2026-03-01T12:00:00Z"])
]
EndParameter = Annotated[
    str | None, Parameter(description="End of the range, exclusive.", examples=["now", "2026-03-01T13:00:00Z"])
]
WhereParameter = Annotated[
    list[str],
    Parameter(
        description="A condition on an attribute; repeat it for more, all must hold.",
        examples=[["http.route=/cart", "resource.host.name=~^node"]],
    ),
]


def json_answer(body: Any) -> Response:
    """An answer with a JSON body; whole numbers beyond 64 bits become text."""
    return Response(orjson.dumps(body, default=_big, option=orjson.OPT_NON_STR_KEYS), media_type="application/json")


def milliseconds(duration_ns: int) -> float:
    """Nanoseconds as milliseconds."""
    return duration_ns / 1e6


def moment(time_ns: int) -> str:
    """Nanoseconds since the epoch as RFC 3339 with nine decimals."""
    return format_ns(time_ns)


def _big(value: Any) -> str:
    return str(value)
