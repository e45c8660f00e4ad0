"""The one way to ask: everything that reads what is stored goes through `Query`.

A `Query` belongs to one tenant, is cheap to make, holds no state of its own and may be used from many threads at once;
how many questions really run side by side is the engine's business. Every question raises `ValidationError` where it
cannot be understood (the message names the parameter and gives an example), `NotFoundError` where it names something that
is not stored, `DeadlineError` or `ExhaustedError` where it needs more than it may, and `StorageError` where the engine fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonde.core.clock import SYSTEM_CLOCK
from sonde.query import (
    attributes,
    compare,
    completion,
    deployments,
    drawn,
    errorgroups,
    exemplars,
    explain,
    fields,
    follow,
    growing,
    heat,
    instances,
    labels,
    logs,
    metrics,
    outline,
    overview,
    patterns,
    red,
    scatter,
    schema,
    servicemap,
    servicepage,
    services,
    spandetail,
    sql,
    stats,
    trace,
    tracefind,
    traces,
)
from sonde.query.bound import SqlValues
from sonde.query.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sonde.core.clock import Clock
    from sonde.query.attributes import Among, AttributeKey, AttributeValue
    from sonde.query.compare import Comparison
    from sonde.query.completion import Completion, CompletionQuestion
    from sonde.query.deployments import Deployments
    from sonde.query.errorgroups import ErrorGroups
    from sonde.query.exemplars import Exemplars
    from sonde.query.explain import Explanation, Question
    from sonde.query.fields import LogFields
    from sonde.query.follow import Follower
    from sonde.query.growing import Growing
    from sonde.query.heat import Heat
    from sonde.query.instances import Instances
    from sonde.query.labels import Labels
    from sonde.query.logs import LogContext, LogHistogram, LogPage, LogSearch
    from sonde.query.metrics import Metric
    from sonde.query.outline import Outline
    from sonde.query.overview import Overview
    from sonde.query.patterns import LogPatterns
    from sonde.query.red import RedQuestion, RedSeries
    from sonde.query.scatter import Scatter
    from sonde.query.schema import Schema
    from sonde.query.series import MetricQuestion, MetricSeries
    from sonde.query.servicemap import ServiceMap
    from sonde.query.servicepage import ServicePage
    from sonde.query.services import Edge, Operation, Service
    from sonde.query.spandetail import SpanDetail
    from sonde.query.sql import SqlAnswer, SqlLimits
    from sonde.query.stats import TableStats
    from sonde.query.trace import Trace
    from sonde.query.traces import TracePage, TraceSearch
    from sonde.store import Store

__all__ = ["Query"]

_NO_VALUES = SqlValues()


class Query:
    """Questions to one tenant's telemetry.

    Args:
        store: the open store.
        tenant: whose telemetry.
        clock: what `now` and relative times mean.

    Raises:
        UnavailableError: the store keeps nothing.
        ValidationError: not a tenant's name.
    """

    def __init__(self, store: Store, tenant: str = "default", *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._source = Source(store.engine, store.database(tenant))
        self.tenant = tenant
        self.clock = clock

    def trace(self, trace_id: str, *, logs: bool = True) -> Trace:
        """One trace, whole.

        Args:
            trace_id: hexadecimal, in any case; leading zeros may be left out, as Jaeger's short ids do.
            logs: whether to read the trace's log records too.

        Raises:
            NotFoundError: no span has that trace id.
        """
        return trace.read_trace(self._source, trace_id, logs=logs)

    def traces(self, trace_ids: Iterable[str]) -> list[Trace]:
        """Several traces whole, without logs, in the order asked; ids that are not stored are left out."""
        return trace.read_traces(self._source, trace_ids)

    def outline(self, trace_id: str) -> Outline:
        """The outline of one trace: what its page draws, without attributes and details.

        Raises:
            NotFoundError: no span has that trace id.
        """
        return outline.read_outline(self._source, trace_id)

    def span(self, trace_id: str, span_id: str) -> SpanDetail:
        """Everything of one span, by its trace's and its own id, with its log records.

        Raises:
            NotFoundError: the trace has no such span.
        """
        return spandetail.read_span(self._source, trace_id, span_id)

    def find_in_trace(self, trace_id: str, text: str) -> tuple[list[int], bool]:
        """Indexes, in the outline, of the spans that hold a text; and whether the outline lacks spans."""
        return tracefind.find_spans(self._source, trace_id, text)

    def compare(self, a: str, b: str) -> Comparison:
        """Two traces as one tree, with the attributes that differ where it matters.

        Raises:
            NotFoundError: one of them is not stored.
        """
        return compare.compare(self._source, a, b)

    def find_traces(self, asked: TraceSearch) -> TracePage:
        """Traces that have a span which meets every condition."""
        return traces.search(self._source, asked)

    def scatter(self, asked: TraceSearch, points: int = 2000) -> Scatter:
        """The traces of a search as at most so many (1 to 5,000) points, slow and failed ones first, and how many there are."""
        return scatter.scatter(self._source, asked, points)

    def services(self, start_ns: int | None = None, end_ns: int | None = None) -> list[Service]:
        """Services that sent spans in a range (nanoseconds, end exclusive, None for open), by name."""
        return services.services(self._source, start_ns, end_ns, self.clock.now_ns())

    def overview(self, start_ns: int, end_ns: int) -> Overview:
        """How every service does in a range, beside the range before, the most in trouble first."""
        return overview.overview(self._source, start_ns, end_ns, self.clock.now_ns())

    def error_groups(self, start_ns: int, end_ns: int, service: str = "") -> ErrorGroups:
        """What failed in a range, grouped by exception and message."""
        return errorgroups.error_groups(self._source, start_ns, end_ns, service)

    def deployments(self, start_ns: int, end_ns: int) -> Deployments:
        """Which services began to run another version in a range, and how they did before and after; newest first."""
        return deployments.deployments(self._source, start_ns, end_ns)

    def growing(self, start_ns: int, end_ns: int) -> list[Growing]:
        """Memory and other resources that grew in a range, the most first."""
        return growing.growing(self._source, start_ns, end_ns)

    def operations(
        self, service: str = "", kind: str = "", start_ns: int | None = None, end_ns: int | None = None
    ) -> list[Operation]:
        """Operations of a service (empty: of all) and a span kind (empty: of any) in a range, by service, name and kind."""
        return services.operations(self._source, service, kind, start_ns, end_ns, now_ns=self.clock.now_ns())

    def edges(self, start_ns: int | None = None, end_ns: int | None = None) -> list[Edge]:
        """Who called whom in a range, by client and server."""
        return services.edges(self._source, start_ns, end_ns)

    def service_map(self, start_ns: int, end_ns: int, limit: int = servicemap.MOST_NODES) -> ServiceMap:
        """Services and their peers with figures, and the calls between them, the busiest nodes first (1 to 500)."""
        return servicemap.service_map(self._source, start_ns, end_ns, self.clock.now_ns(), limit)

    def service_page(self, service: str, start_ns: int, end_ns: int) -> ServicePage:
        """One service: its course, durations, operations and neighbours in a range; empty where it sent nothing."""
        return servicepage.service_page(self._source, service, start_ns, end_ns, self.clock.now_ns())

    def service_instances(self, service: str, start_ns: int, end_ns: int) -> Instances:
        """One service's instances and versions in a range, and which of them do worse than the others."""
        frame = servicepage.framed(self._source, start_ns, end_ns, self.clock.now_ns())
        return instances.instances(self._source, service, frame)

    def explain(self, asked: Question) -> Explanation:
        """Which attributes set a selection of records apart from the rest of a range."""
        return explain.explain(self._source, asked)

    def logs(self, asked: LogSearch) -> LogPage:
        """Log records that meet every condition."""
        return logs.search(self._source, asked)

    def log_histogram(self, asked: LogSearch, buckets: int = 60) -> LogHistogram:
        """How many log records meet every condition, by severity, over at most so many (1 to 1,000) equal steps."""
        return logs.histogram(self._source, asked, buckets)

    def log_context(self, line_id: str, *, before: int = 10, after: int = 10) -> LogContext:
        """A log record and so many (0 to 1,000) of its sender's before and after it.

        Raises:
            NotFoundError: no record has that id.
        """
        return logs.context(self._source, line_id, before=before, after=after)

    def log_patterns(self, asked: LogSearch, limit: int = 100) -> LogPatterns:
        """What log records that meet every condition say, by pattern, at most so many (1 to 1,000)."""
        return patterns.patterns(self._source, asked, limit)

    def log_fields(self, asked: LogSearch, *, limit: int = 100, values: int = 10) -> LogFields:
        """Attributes that such records carry, at most so many (1 to 1,000), and so many values (1 to 100) of each."""
        return fields.fields(self._source, asked, limit=limit, values=values)

    def follow_logs(self, asked: LogSearch) -> Follower:
        """What arrives from now on and meets every condition; poll it."""
        return follow.Follower(self._source, asked, self.clock)

    def metrics(
        self,
        prefix: str = "",
        service: str = "",
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 1000,
    ) -> list[Metric]:
        """Metrics whose name begins with a prefix, of one service or all, that reported in a range, by name."""
        return metrics.catalogue(
            self._source, prefix=prefix, service=service, limit=limit, start_ns=start_ns, end_ns=end_ns
        )

    def metric_series(self, asked: MetricQuestion) -> MetricSeries:
        """A metric over time.

        Raises:
            NotFoundError: no metric has that name.
        """
        return drawn.drawn(self._source, asked)

    def metric_heat(self, asked: MetricQuestion) -> Heat:
        """How many observations of a histogram were of which size, over time."""
        return heat.heat(self._source, asked)

    def metric_labels(self, asked: MetricQuestion) -> Labels:
        """Attributes that a metric's points carry in a range, with their values: for filters and groups."""
        return labels.labels(self._source, asked)

    def metric_exemplars(self, asked: MetricQuestion, limit: int = exemplars.MOST) -> Exemplars:
        """Measurements of a metric that name a trace, spread over a range, at most so many (1 to 500)."""
        return exemplars.exemplars(self._source, asked, limit, self.clock.now_ns())

    def red_series(self, asked: RedQuestion) -> RedSeries:
        """Rate, errors or duration of services or operations over time."""
        return red.red_series(self._source, asked, self.clock.now_ns())

    def attribute_keys(
        self, signal: str = "", level: str = "", prefix: str = "", limit: int = 1000
    ) -> list[AttributeKey]:
        """Attribute keys that begin with a prefix in any case, the most frequent first."""
        return attributes.keys(self._source, signal=signal, level=level, prefix=prefix, limit=limit)

    def attribute_values(
        self, key: str, signal: str = "", prefix: str = "", limit: int = 100, *, among: Among | None = None
    ) -> list[AttributeValue]:
        """Values of an attribute that begin with a prefix in any case, the most frequent first.

        Args:
            key: the attribute's key; a level may stand before it (`resource.host.name`).
            signal: traces (the default), logs or metrics.
            prefix: what values begin with.
            limit: at most so many values, 1 to 10,000.
            among: which records are looked at; all without it.
        """
        among = attributes.Among() if among is None else among
        return attributes.values(self._source, key=key, signal=signal, prefix=prefix, limit=limit, among=among)

    def completions(self, asked: CompletionQuestion) -> list[Completion]:
        """What a word of a query may go on to: services, operations, keys, or the values of one of them."""
        return completion.completions(self._source, asked)

    def sql(self, statement: str, limits: SqlLimits, values: SqlValues = _NO_VALUES) -> SqlAnswer:
        """The answer of one statement that only reads.

        Args:
            statement: with `{name:Type}` where values go.
            limits: what it may take.
            values: what its placeholders stand for.

        Raises:
            AuthorizationError: it reaches beyond this tenant's tables.
        """
        return sql.answer(self._source, statement, limits, values, self.clock.now_ns())

    def sql_stream(
        self, statement: str, limits: SqlLimits, values: SqlValues = _NO_VALUES, form: str = "ndjson"
    ) -> Iterator[bytes]:
        """As `sql`, piece by piece, in one of `sonde.query.sql.FORMATS`; a refusal is raised before the first piece."""
        return sql.streamed(self._source, statement, limits, values, self.clock.now_ns(), form=form)

    def schema(self) -> Schema:
        """What SQL can name: this tenant's tables with their columns, and the functions that statements may call."""
        return schema.described(self._source)

    def tables(self) -> list[TableStats]:
        """Rows and bytes of every table."""
        return stats.tables(self._source)
