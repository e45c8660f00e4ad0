"""`/sonde/overview`: services and their trouble, errors, deployments, resources that grow, and how receiving does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Response

from sonde.query.overview import closed_range
from sonde.query.query import Query
from sonde.query.times import parse_range
from sonde.web.api.answer import EndParameter, StartParameter, json_answer, moment
from sonde.web.api.overview_models import OverviewAnswer
from sonde.web.deps import Parts, parts_of, query_of
from sonde.web.ingest_health import ingest_health

if TYPE_CHECKING:
    from sonde.query.deployments import Deployments, Tally
    from sonde.query.errorgroups import ErrorGroups
    from sonde.query.growing import Growing
    from sonde.query.overview import Overview, Standing
    from sonde.query.trouble import Figures

__all__ = ["router", "shown_errors"]

router = APIRouter(prefix="/sonde", tags=["Services"])


@router.get("/overview", response_model=OverviewAnswer)
def overview(
    start: StartParameter = None,
    end: EndParameter = None,
    query: Query = Depends(query_of),
    parts: Parts = Depends(parts_of),
) -> Response:
    """What a person asks first: which service is in trouble, what fails, what changed, what grows. The last hour unless said."""
    start_ns, end_ns = closed_range(*parse_range(start, end, query.clock), query.clock.now_ns())
    # Two threads: half of the questions wait for the engine while the others' answers are read.
    with ThreadPoolExecutor(2) as threads:
        seen = threads.submit(query.overview, start_ns, end_ns)
        failed = threads.submit(query.error_groups, start_ns, end_ns)
        deployed = threads.submit(query.deployments, start_ns, end_ns)
        grown = threads.submit(query.growing, start_ns, end_ns)
        tables = threads.submit(query.tables)
        body = {
            **_services(seen.result()),
            "errors": shown_errors(failed.result()),
            "deployments": _deployments(deployed.result()),
            "growing": [_growing(one) for one in grown.result()],
            "ingest": ingest_health(parts.status(), tables.result()),
        }
    return json_answer(body)


def _services(found: Overview) -> dict[str, Any]:
    grid = found.grid
    return {
        "start_s": grid.start_ns / 1e9,
        "end_s": grid.end_ns / 1e9,
        "first_s": grid.first * grid.step_ns / 1e9,
        "step_s": grid.step_ns / 1e9,
        "exact": found.is_exact,
        "sampled": found.sampled,
        "begun_s": None if found.begun_ns is None else found.begun_ns / 1e9,
        "services": [_standing(one) for one in found.services],
        "services_found": found.found,
    }


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "name": one.name,
        "trouble": one.trouble.score,
        "reasons": [
            {"kind": why.kind, "message": why.message, "t": None if why.at_ns is None else why.at_ns / 1e9}
            for why in one.trouble.reasons
        ],
        "now": _figures(one.now),
        "before": None if one.before is None else _figures(one.before),
        "course": asdict(one.course),
        "last_seen": moment(one.last_seen_ns),
    }


def _figures(one: Figures) -> dict[str, Any]:
    return {**asdict(one), "error_ratio": one.error_ratio}


def shown_errors(found: ErrorGroups) -> dict[str, Any]:
    """Groups of errors as an answer has them."""
    grid = found.grid
    return {
        "first_s": grid.first * grid.step_ns / 1e9,
        "step_s": grid.step_ns / 1e9,
        "from_t": found.from_ns / 1e9,
        "groups": [_seconds(asdict(one)) for one in found.groups],
        "cut": found.is_cut,
    }


def _deployments(found: Deployments) -> dict[str, Any]:
    return {
        "exact": found.is_exact,
        "items": [
            {
                "service": one.service,
                "from_version": one.from_version,
                "to_version": one.to_version,
                "t": one.at_ns / 1e9,
                "before": _tally(one.before),
                "after": _tally(one.after),
                "is_rollback": one.is_rollback,
                "is_worse": one.is_worse,
            }
            for one in found.items
        ],
        "cut": found.is_cut,
    }


def _tally(one: Tally) -> dict[str, Any]:
    return {**asdict(one), "error_ratio": one.error_ratio}


def _growing(one: Growing) -> dict[str, Any]:
    plain = asdict(one)
    levels = [level for _, level in plain.pop("points")]
    return {**_seconds(plain), "factor": one.factor, "levels": levels}


def _seconds(plain: dict[str, Any]) -> dict[str, Any]:
    """The first and last moments as seconds."""
    first_ns, last_ns = plain.pop("first_ns"), plain.pop("last_ns")
    return {**plain, "first_t": first_ns / 1e9, "last_t": last_ns / 1e9}
