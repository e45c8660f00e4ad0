"""The page of the tables, from the schema's SQL files: what stands in a file's comments and column lists stands there.

The columns of the OpenTelemetry ClickHouse exporter are told from Sonde's own by `EXPORTERS`. Source: the exporter's
`internal/sqltemplates/*_table.sql` in opentelemetry-collector-contrib.
"""

from __future__ import annotations

import re
from importlib.resources import files

from sonde.store.render import Place, render, versions

__all__ = ["tables_page"]

_HEAD = """# Tables

`sonde sql`, `/sonde/sql`, Grafana's ClickHouse plugin and any ClickHouse client read these. Their names, columns and meaning
are those of the OpenTelemetry Collector's ClickHouse exporter, so what was made for its tables works here; columns that
only Sonde has are marked **+**. Tables of Sonde's own begin with `sonde_`.

- Ids are lower-case hexadecimal; durations are nanoseconds; times are `DateTime64(9)` in UTC.
- Attribute values are text: `true` and `false`, decimal numbers, base64 for bytes, JSON for lists and maps. The column
  `…Types` beside each map says what the values were that were not strings (`bool`, `int`, `double`, `bytes`, `array`,
  `kvlist`, `empty`), so that nothing is lost.
- A tenant is a database of its own, `otel` for the default one and `otel_NAME` for the tenant NAME, each with all of these
  tables. In `sonde sql` and `/sonde/sql` a bare name is the asking tenant's table.
- On a cluster each table is a `Distributed` one over a replicated `…_local`.

```sh
sonde sql 'SHOW TABLES'
sonde sql 'DESCRIBE otel_traces'
sonde sql 'SELECT ServiceName, count() AS spans FROM otel_traces GROUP BY 1'
sonde sql "SELECT Body, LogAttributes['exception.type'] FROM otel_logs WHERE SeverityNumber >= 17 LIMIT 3"
```
"""

EXPORTERS = re.compile(
    """Timestamp|TimestampTime|TraceId|SpanId|ParentSpanId|TraceState|SpanName|SpanKind|ServiceName|ResourceAttributes
    |ScopeName|ScopeVersion|SpanAttributes|Duration|StatusCode|StatusMessage|Events|Links|TraceFlags|SeverityText
    |SeverityNumber|Body|ResourceSchemaUrl|ScopeSchemaUrl|ScopeAttributes|LogAttributes|EventName|ScopeDroppedAttrCount
    |MetricName|MetricDescription|MetricUnit|Attributes|StartTimeUnix|TimeUnix|Value|Flags|Exemplars
    |AggregationTemporality|IsMonotonic|Count|Sum|BucketCounts|ExplicitBounds|Min|Max|Scale|ZeroCount|PositiveOffset
    |PositiveBucketCounts|NegativeOffset|NegativeBucketCounts|ValueAtQuantiles|Start|End""",
    re.VERBOSE,
)
EXPORTERS_NESTED = re.compile(
    "Timestamp|Name|Attributes|TraceId|SpanId|TraceState|FilteredAttributes|TimeUnix|Value|Quantile"
)
NOT_THE_EXPORTERS = {"otel_traces": {"ResourceSchemaUrl", "ScopeSchemaUrl", "ScopeAttributes", "Flags"}}
_HIDDEN = re.compile(r"sonde_landing|sonde_schema")
_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS `otel`\.`(\w+)` \((.*)\) ENGINE = (.*)", re.DOTALL)


def tables_page() -> str:
    """The page, as Markdown."""
    lines = [_HEAD]
    for name in versions().values():
        remarks = _remarks((files("sonde.store") / "schema" / name).read_text())
        said: set[str] = set()
        for statement in render(name, Place("otel")):
            found = _TABLE.match(statement)
            if found and not _HIDDEN.match(found[1]):
                remark = remarks.get(found[1], "")
                lines += _table(found[1], "" if remark in said else remark, found[2], found[3])
                said.add(remark)
    return "\n".join(lines)


def _remarks(text: str) -> dict[str, str]:
    """Table name to the comment that stands before it; a comment at the file's head is the first table's."""
    found, remark = {}, []
    for line in text.splitlines():
        if line.startswith("--"):
            remark.append(line.removeprefix("--").strip())
        elif match := re.search(r"CREATE TABLE IF NOT EXISTS \{\{table (\w+)\}\}", line):
            found[match[1]] = "\n".join(remark).strip()
            remark = []
        elif line.startswith("CREATE"):
            remark = []
    return found


def _table(name: str, remark: str, columns: str, rest: str) -> list[str]:
    lines = [f"## {name}", "", remark, "", "| column | type | |", "| --- | --- | --- |"]
    for column, kind in _columns(columns):
        kept, _, computed = kind.partition(" ALIAS ")
        mark = f"{_mark(name, column)} {'computed when read' if computed else ''}".strip()
        lines.append(f"| `{column}` | `{kept}` | {mark} |")
    order = re.search(r"ORDER BY (.+?)(?:\n|$)", rest)
    engine = rest.split("\n", 1)[0].strip()
    return [*lines, "", f"Engine `{engine}`, ordered by `{order[1].strip() if order else ''}`.", ""]


def _mark(table: str, column: str) -> str:
    if table.startswith("sonde_"):
        return ""
    outer, _, inner = column.partition(".")
    is_exporters = EXPORTERS.fullmatch(outer) and outer not in NOT_THE_EXPORTERS.get(table, set())
    if inner:
        is_exporters = is_exporters and EXPORTERS_NESTED.fullmatch(inner)
    return "" if is_exporters else "**+**"


def _columns(text: str) -> list[tuple[str, str]]:
    found = []
    for part in _split(text):
        name, _, kind = " ".join(part.split()).partition(" ")
        if name == "INDEX":
            continue
        if kind.startswith("Nested"):
            inner = kind[kind.index("(") + 1 : kind.rindex(")")]
            found += [(f"{name}.{column}", f"Array({type_})") for column, type_ in _columns(inner)]
        else:
            found.append((name.strip("`"), re.sub(r" (?:DEFAULT .*|CODEC\(.*)$", "", kind)))
    return found


def _split(text: str) -> list[str]:
    """A column list cut at the commas that stand in no parentheses."""
    parts, depth, begin = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
    return [part for part in [*parts, text[begin:]] if part.strip()]
