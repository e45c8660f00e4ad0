"""What a dashboard is: its schema, and how one is read from and written to JSON.

The file on disk, the answer of the API and what is exported and imported are the same JSON. It is written with the keys in
the order of the schema and two spaces of indentation, so that a file in version control shows what changed. What does not
fit is refused with the path of the field: `panels.3.query.name: Field required`.

The grid has 12 columns; rows have no end but MAX_ROW. Panels may overlap in a file; a page moves them apart.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic import ValidationError as Unfitting

from sonde.core.errors import ValidationError

__all__ = ["MAX_BYTES", "SLUG", "Dashboard", "parsed", "slug", "written"]

MAX_BYTES = 1 << 20
MAX_PANELS = 100
MAX_ROW = 10_000
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_SAID = 5

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,31}$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Line = Annotated[str, StringConstraints(max_length=200)]
Condition = Annotated[str, StringConstraints(max_length=20_000)]
Conditions = Annotated[list[Condition], Field(max_length=50)]


class _Strict(BaseModel):
    """Unknown fields are refused: in a file written by hand they are mistakes."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Variable(_Strict):
    """Something to choose above the panels; `$name` in their filters, `{name:String}` in SQL."""

    name: Name = Field(description="Letters, digits and underscores.")
    kind: Literal["attribute", "service", "text", "list"] = Field(
        description="Where values come from: an attribute's, the services, what is typed, or options."
    )
    key: str = Field(default="", max_length=1024, description="The attribute's key, of kind attribute.")
    options: list[Line] = Field(default_factory=list, max_length=1000, description="What to choose from, of kind list.")
    default: str = Field(default="", max_length=2000, description="What is chosen at first; empty for everything.")
    multi: bool = Field(default=False, description="Several may be chosen; separated by commas in the default.")

    @model_validator(mode="after")
    def _complete(self) -> Variable:
        if self.name in {"start", "end", "step"}:
            raise ValueError(f"{self.name} is the range's; call it otherwise")
        if self.kind == "attribute" and not self.key:
            raise ValueError("a variable of kind attribute needs a key")
        return self


class MetricPanelQuery(_Strict):
    """A metric, as `/sonde/metrics/series` takes it."""

    kind: Literal["metric"]
    name: str = Field(min_length=1, max_length=1024, description="The metric's name.")
    metric_kind: str = Field(default="", max_length=40, description="Its kind, where several metrics have the name.")
    aggregation: str = Field(default="", max_length=20, description="avg, rate, p95, ...; empty for the usual one.")
    group_by: list[Line] = Field(default_factory=list, max_length=20, description="Attributes whose values make lines.")
    service: str = Field(default="", max_length=1024, description="Only of this service.")
    where: Conditions = Field(default_factory=list, description="Conditions on attributes.")


class SqlPanelQuery(_Strict):
    """A statement; a column called time or t is a chart's axis."""

    kind: Literal["sql"]
    query: str = Field(
        min_length=1, max_length=100_000, description="Reads; {start:DateTime64(9)}, {end:...}, {step:UInt32}."
    )


class TracesPanelQuery(_Strict):
    """Rate, errors and duration, as `/sonde/red/series` takes them, or the traces themselves."""

    kind: Literal["traces"]
    measure: Literal["rate", "errors", "error_ratio", "avg", "p50", "p95", "p99"] = Field(
        default="rate", description="What is drawn; panels that list traces leave it out."
    )
    group_by: list[Literal["service", "operation", "kind"]] = Field(
        default_factory=list, max_length=3, description="What makes lines; none for one line."
    )
    service: str = Field(default="", max_length=1024, description="Only of this service.")
    operation: str = Field(default="", max_length=1024, description="Only of this operation.")
    span_kind: str = Field(default="", max_length=20, description="Only spans of this kind.")
    status: str = Field(default="", max_length=20, description="Only traces with such spans: error, ok or unset.")
    min_duration: str = Field(default="", max_length=40, description="Only traces with spans as long: 250ms.")
    where: Conditions = Field(default_factory=list, description="Conditions on attributes.")
    limit: int = Field(default=20, ge=1, le=200, description="At most so many lines or traces.")


class LogsPanelQuery(_Strict):
    """Log records, or how many there are by severity."""

    kind: Literal["logs"]
    text: str = Field(default="", max_length=2000, description='Words, "phrases" and -exclusions.')
    severity: str = Field(default="", max_length=20, description="The least severity.")
    service: str = Field(default="", max_length=1024, description="Only of this service.")
    where: Conditions = Field(default_factory=list, description="Conditions on attributes.")
    limit: int = Field(default=50, ge=1, le=500, description="At most so many records.")


class TextPanelQuery(_Strict):
    """Words for people."""

    kind: Literal["text"]
    text: str = Field(default="", max_length=20_000, description="Plain text; lines that begin with # are headings.")


PanelQuery = Annotated[
    MetricPanelQuery | SqlPanelQuery | TracesPanelQuery | LogsPanelQuery | TextPanelQuery, Field(discriminator="kind")
]


class DashboardPanel(_Strict):
    """One panel and its place in the grid."""

    id: Key = Field(description="Letters, digits, dashes and underscores; once in a dashboard.")
    title: Line = Field(default="", description="Shown above it.")
    x: int = Field(ge=0, le=11, description="First column, 0 to 11.")
    y: int = Field(ge=0, le=MAX_ROW, description="First row.")
    w: int = Field(ge=1, le=12, description="Columns it takes; x + w is at most 12.")
    h: int = Field(ge=1, le=40, description="Rows it takes.")
    kind: Literal["timeseries", "stat", "table", "logs", "traces", "text"] = Field(description="How it is shown.")
    unit: Line = Field(
        default="", description="What values are in: ms, s, bytes, ratio, 1/s; empty for the query's own."
    )
    draw: Literal["line", "area", "bar", "stack"] = Field(default="line", description="How a timeseries is drawn.")
    query: PanelQuery = Field(description="What it shows.")

    @model_validator(mode="after")
    def _within(self) -> DashboardPanel:
        if self.x + self.w > 12:
            raise ValueError(f"x {self.x} and w {self.w} reach beyond the 12 columns")
        return self


class Dashboard(_Strict):
    """Panels in a grid, with the variables that they share."""

    id: str = Field(default="", max_length=64, description="Names the file: a-z, 0-9 and dashes, 1 to 64 of them.")
    title: Line = Field(min_length=1, description="What people call it.")
    description: str = Field(default="", max_length=2000, description="What it is for.")
    revision: str = Field(
        default="",
        max_length=80,
        description="Which state this is. Hand it back when you save a change of it; empty for what is not saved yet.",
    )
    variables: list[Variable] = Field(
        default_factory=list, max_length=20, description="What can be chosen above the panels."
    )
    panels: list[DashboardPanel] = Field(default_factory=list, max_length=MAX_PANELS, description="At most 100.")

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, given: Any) -> Any:
        """In files the revision is a number."""
        if isinstance(given, dict) and type(given.get("revision")) is int:
            return {**given, "revision": str(given["revision"])}
        return given

    @model_validator(mode="after")
    def _distinct(self) -> Dashboard:
        for what, names in (
            ("variables", [variable.name for variable in self.variables]),
            ("panels", [panel.id for panel in self.panels]),
        ):
            if twice := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"{what}: {', '.join(sorted(twice))} is there twice")
        return self


def parsed(data: bytes) -> Dashboard:
    """The dashboard that JSON describes.

    Raises:
        ValidationError: what does not fit, with the path of the field; at most five mistakes.
    """
    try:
        found = Dashboard.model_validate_json(data)
    except Unfitting as error:
        mistakes = error.errors(include_url=False, include_context=False, include_input=False)
        more = f"; and {len(mistakes) - _SAID} more" if len(mistakes) > _SAID else ""
        raise ValidationError("; ".join(_said(dict(one)) for one in mistakes[:_SAID]) + more) from None
    if found.id and not SLUG.fullmatch(found.id):
        raise ValidationError(f"id: {found.id!r} is not 1 to 64 of a-z, 0-9 and dashes; write id={slug(found.title)}")
    return found


def written(dashboard: Dashboard, revision: int) -> bytes:
    """The JSON of a dashboard as its file holds it: keys in the schema's order, indented, ending with a line's end."""
    body = {**dashboard.model_dump(), "revision": revision}
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def slug(title: str) -> str:
    """A name for a file made of a title; `dashboard` where nothing of it can be used."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "dashboard"


def _said(one: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in one["loc"]) or "dashboard"
    return f"{place}: {str(one['msg']).removeprefix('Value error, ')}"
