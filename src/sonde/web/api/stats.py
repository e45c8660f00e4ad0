"""`/sonde/stats`: what is stored, and how each part of the server does."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from sonde.core.errors import UnavailableError
from sonde.query.query import Query
from sonde.web.api.answer import json_answer
from sonde.web.deps import Parts, parts_of, tenant_of

__all__ = ["router"]

router = APIRouter(prefix="/sonde", tags=["Health"])


class TableModel(BaseModel):
    """One table of the tenant's database."""

    name: str
    rows: int
    bytes_on_disk: int = Field(description="Compressed, with indexes.")
    bytes_uncompressed: int
    parts: int = Field(description="Pieces that the engine keeps it in.")
    oldest: str = Field(description="Time of its first row, RFC 3339; empty where the table has no days.")
    newest: str = Field(description="Time of its last row.")


class StatsAnswer(BaseModel):
    """What is stored, and the parts' own figures."""

    tenant: str
    tables: list[TableModel] = Field(description="Tables with rows; empty while the store is not open.")
    parts: dict[str, dict[str, Any]] = Field(
        description="Each part's report: ready, trouble, and figures such as the ingest's lag."
    )


@router.get("/stats", response_model=StatsAnswer)
def stats(tenant: str = Depends(tenant_of), parts: Parts = Depends(parts_of)) -> Response:
    """Rows and bytes of every table, and how ingest, journal and doors do; answers also while the store is not open."""
    try:
        tables = Query(parts.opened(), tenant).tables()
    except UnavailableError:
        tables = []
    report = {name: dict(part) for name, part in parts.status().items()}
    return json_answer({"tenant": tenant, "tables": [asdict(one) for one in tables], "parts": report})
