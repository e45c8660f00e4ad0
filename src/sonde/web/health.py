"""Liveness and readiness.

`/healthz` says that the process answers; it never asks anything else. `/readyz` says whether each part can do its work,
names the ones that cannot and why, and has status 503 while there is one: a load balancer reads the status, a person the
body. A part that works and lags behind is ready, and its `note` says how far.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from sonde.web.deps import Parts, parts_of

__all__ = ["router"]

router = APIRouter(tags=["Health"])


class PartReport(BaseModel):
    """How one part of the server does; more fields depend on the part."""

    ready: bool = Field(description="Whether it can do its work.")
    trouble: str = Field(default="", description="Why not; empty while it can.")
    note: str = Field(default="", description="What is worth knowing although it is ready, such as the ingest's lag.")


class ReadyReport(BaseModel):
    """Whether the server is ready."""

    ready: bool = Field(description="Whether every part is.")
    degraded: list[str] = Field(description="Names of the parts that are not.")
    parts: dict[str, PartReport] = Field(description="Every part by name.")


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", response_model=ReadyReport, responses={503: {"model": ReadyReport}})
def readyz(parts: Parts = Depends(parts_of)) -> Response:
    """Whether every part can do its work; 503 and the names of those that cannot otherwise."""
    report = {name: dict(part) for name, part in parts.status().items()}
    if parts.store is None:
        report.setdefault("store", {"ready": False, "trouble": "it is not open yet"})
    degraded = sorted(name for name, part in report.items() if not part.get("ready"))
    body: dict[str, Any] = {
        "ready": not degraded,
        "degraded": degraded,
        "parts": {
            name: {
                "ready": bool(part.get("ready")),
                "trouble": str(part.get("trouble") or ""),
                "note": str(part.get("note") or ""),
            }
            for name, part in report.items()
        },
    }
    return Response(orjson.dumps(body), 200 if not degraded else 503, media_type="application/json")
