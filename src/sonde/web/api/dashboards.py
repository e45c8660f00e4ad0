"""`/sonde/dashboards`: dashboards as they are kept on disk; what is read is what can be written, exported and imported."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as PathParameter
from fastapi import Query as Parameter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from sonde.core.errors import TooLargeError
from sonde.web.api.answer import json_answer
from sonde.web.dashboard import MAX_BYTES, Dashboard, parsed
from sonde.web.dashboards import Dashboards
from sonde.web.deps import dashboards_of, tenant_of
from sonde.web.origins import own_page, sent_json

__all__ = ["router"]

router = APIRouter(prefix="/sonde/dashboards", tags=["Dashboards"])

Id = Annotated[str, PathParameter(description="The dashboard's id: a-z, 0-9 and dashes.", examples=["checkout"])]
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Dashboard"}}},
    }
}


class ListedModel(BaseModel):
    """One line of the list."""

    id: str
    title: str
    description: str
    revision: str = Field(description="Which state it is.")
    panels: int = Field(description="How many it has.")
    error: str = Field(description="What is wrong with its file, by path; empty where nothing is.")


class DashboardsAnswer(BaseModel):
    """Dashboards by title; those whose files cannot be understood last."""

    dashboards: list[ListedModel]


async def received(request: Request) -> Dashboard:
    """The dashboard in a request's body, read no further than the limit.

    Raises:
        TooLargeError: it is larger than a dashboard may be.
        ValidationError: it is not a dashboard; the message has the field's path.
    """
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > MAX_BYTES:
            raise TooLargeError(f"the dashboard is over {MAX_BYTES} bytes; make it smaller")
    return await run_in_threadpool(parsed, bytes(data))


@router.get("", response_model=DashboardsAnswer)
def dashboards(kept: Dashboards = Depends(dashboards_of), tenant: str = Depends(tenant_of)) -> Response:
    """The dashboards there are."""
    return json_answer(
        {
            "dashboards": [
                {
                    "id": one.id,
                    "title": one.title,
                    "description": one.description,
                    "revision": one.revision,
                    "panels": one.panels,
                    "error": one.error,
                }
                for one in kept.listed(tenant)
            ]
        }
    )


@router.get("/{id}", response_model=Dashboard)
def read(
    id: Id,  # noqa: A002  the parameter's name
    download: Annotated[bool, Parameter(description="As a file.")] = False,
    kept: Dashboards = Depends(dashboards_of),
    tenant: str = Depends(tenant_of),
) -> Response:
    """One dashboard."""
    answer = json_answer(kept.get(tenant, id).model_dump())
    if download:
        answer.headers["Content-Disposition"] = f'attachment; filename="{id}.json"'
    return answer


@router.post(
    "",
    response_model=Dashboard,
    status_code=201,
    dependencies=[Depends(own_page), Depends(sent_json)],
    openapi_extra=_BODY,
)
def create(
    wanted: Dashboard = Depends(received),
    kept: Dashboards = Depends(dashboards_of),
    tenant: str = Depends(tenant_of),
) -> Response:
    """Keep a new dashboard, or import one: its id is the one in it, or made of its title, with a number where that is taken."""
    answer = json_answer(kept.create(tenant, wanted).model_dump())
    answer.status_code = 201
    return answer


@router.put(
    "/{id}",
    response_model=Dashboard,
    dependencies=[Depends(own_page), Depends(sent_json)],
    openapi_extra=_BODY,
)
def save(
    id: Id,  # noqa: A002
    changed: Dashboard = Depends(received),
    kept: Dashboards = Depends(dashboards_of),
    tenant: str = Depends(tenant_of),
) -> Response:
    """Keep a change, made from the revision in it; 409 where the dashboard has changed since, by someone or by hand."""
    return json_answer(kept.put(tenant, id, changed).model_dump())


@router.delete("/{id}", status_code=204, response_class=Response, dependencies=[Depends(own_page)])
def delete(
    id: Id,  # noqa: A002
    revision: Annotated[str, Parameter(description="Only if it is still this one; without, whatever is there.")] = "",
    kept: Dashboards = Depends(dashboards_of),
    tenant: str = Depends(tenant_of),
) -> None:
    """Delete a dashboard, also one whose file cannot be understood."""
    kept.delete(tenant, id, revision)
