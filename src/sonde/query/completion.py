"""What a word of a query may go on to, while a person types: one question a keystroke, answered in milliseconds.

Names: attribute keys from the catalogue, services and operations from the minute rollup (of logs and metrics, services from
the records), each that contains the text in any case; those that begin with it before others, services before keys before
operations, the frequent first. Values: of `service`, of `operation`, or of an attribute, for which those that begin with the
text are counted in the newest records.

Counts are spans or records in the range; of keys, records that ever carried them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sonde.core.errors import ValidationError
from sonde.query.attributes import SIGNALS, Among, values
from sonde.query.filters import Filter
from sonde.query.matching import choice
from sonde.query.times import MAX_NS
from sonde.query.volume import add_minutes

if TYPE_CHECKING:
    from sonde.query.source import Source

__all__ = ["Completion", "CompletionQuestion", "completions"]

_A_KIND = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionQuestion:
    """What is being typed.

    Attributes:
        signal: traces (the default), logs or metrics.
        key: `service`, `operation`, or the attribute whose value is being typed; empty while a name is.
        text: what there is of it.
        among: the service that the query names already, and the range.
        limit: at most so many, 1 to 200; of names, at most 8 of each kind.
    """

    signal: str = "traces"
    key: str = ""
    text: str = ""
    among: Among = field(default_factory=Among)
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on.

    Attributes:
        kind: service, operation, key or value.
        text: the whole of it.
        count: how many spans or records have it.
    """

    kind: str
    text: str
    count: int


def completions(source: Source, asked: CompletionQuestion) -> list[Completion]:
    """Ways to go on, the best first; see `Query.completions`."""
    signal = choice("signal", asked.signal, SIGNALS) or "traces"
    if not 1 <= asked.limit <= 200:
        raise ValidationError(f"limit: {asked.limit} is not between 1 and 200; write limit=20")
    if asked.key == "service":
        return _services(source, signal, asked, asked.limit)
    if asked.key == "operation":
        return _rolled(source, "operation", asked, asked.limit)
    if asked.key:
        found = values(source, key=asked.key, signal=signal, prefix=asked.text, limit=asked.limit, among=asked.among)
        return [Completion("value", one.value, one.count) for one in found]
    names = _services(source, signal, asked, _A_KIND) + _keys(source, signal, asked)
    if signal == "traces":
        names += _rolled(source, "operation", asked, _A_KIND)
    text = asked.text.lower()
    return sorted(names, key=lambda one: not one.text.lower().startswith(text))[: asked.limit]


def _services(source: Source, signal: str, asked: CompletionQuestion, limit: int) -> list[Completion]:
    if signal == "traces":
        return _rolled(source, "service", asked, limit)
    among = Among(start_ns=asked.among.start_ns, end_ns=asked.among.end_ns)
    found = values(source, key="resource.service.name", signal=signal, prefix=asked.text, limit=limit, among=among)
    return [Completion("service", one.value, one.count) for one in found]


def _rolled(source: Source, kind: str, asked: CompletionQuestion, limit: int) -> list[Completion]:
    """Services or operations of the minute rollup."""
    given = Filter()
    start_ns, end_ns = asked.among.start_ns, asked.among.end_ns
    add_minutes(given, start_ns or 0, MAX_NS if end_ns is None else end_ns)
    if kind == "operation":
        given.equal("ServiceName", asked.among.service)
    column = "ServiceName" if kind == "service" else "SpanName"
    order = _containing(given, column, asked.text)
    rows = source.rows(
        f"SELECT {column} AS text, sum(Spans) AS n FROM @sonde_red WHERE {given.sql}"
        f" GROUP BY text ORDER BY {order} LIMIT {given.bind(limit, 'UInt64')}",
        given.parameters,
    )
    return [Completion(kind, str(row["text"]), int(row["n"])) for row in rows]


def _keys(source: Source, signal: str, asked: CompletionQuestion) -> list[Completion]:
    given = Filter()
    given.equal("Signal", signal)
    # The service has a field of its own.
    given.add("Key != 'service.name'")
    order = _containing(given, "Key", asked.text)
    rows = source.rows(
        f"SELECT Key AS text, sum(Count) AS n FROM @sonde_attributes WHERE {given.sql}"
        f" GROUP BY text ORDER BY {order} LIMIT {given.bind(_A_KIND, 'UInt64')}",
        given.parameters,
    )
    return [Completion("key", str(row["text"]), int(row["n"])) for row in rows]


def _containing(given: Filter, column: str, text: str) -> str:
    """Ask for a column to contain a text; the order of what is found."""
    given.add(f"{column} != ''")
    if not text:
        return "n DESC, text"
    wanted = given.bind(text)
    given.add(f"positionCaseInsensitiveUTF8({column}, {wanted}) > 0")
    return f"startsWith(lowerUTF8(text), lowerUTF8({wanted})) DESC, n DESC, text"
