"""Schema templates made into statements: one set of SQL files for one machine and for a cluster.

A template is SQL with `{{word arguments}}`:

| written | on one machine | with `?cluster=C` |
| --- | --- | --- |
| `{{table T}}` | `` `db`.`T` `` | `` `db`.`T_local` ON CLUSTER `C` `` |
| `{{view V}}` | `` `db`.`V` `` | `` `db`.`V` ON CLUSTER `C` `` |
| `{{name T}}` | `` `db`.`T` `` | `` `db`.`T_local` `` (landing tables keep their name) |
| `{{whole T}}` | `` `db`.`T` `` | `` `db`.`T` ``, every node's rows |
| `{{engine E}}` | `E` | `ReplicatedE` with the server's default path and replica macros |
| `{{distribute T}}` | nothing | a `Distributed` table `T` over every `T_local` |
| `{{widen T C K}}` | nothing | the `Distributed` table `T` gets the column `C` of kind `K` too |
| `{{settings}}` | table settings | the same, with the replicated deduplication window |
| `{{include F a b}}` | the file `F.part.sql`, in which `{{1}}` is `a`, `{{2}}` is `b` | the same |

and the words of `_VALUES`, which turn OTLP's values into the columns' form. Words may be nested. Rendering is pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Place", "otlp_proto", "render", "versions"]

_WORD = re.compile(r"\{\{(\w+)((?: [^{}]+)?)\}\}")
_SCHEMA = files("sonde.store") / "schema"

_VALUE = (
    "Tuple(s String, b Bool, i Int64, d Float64, array String, kvlist String, x String, kind Enum8("
    "'empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'kvlist' = 6, 'bytes' = 7))"
)
_KIND = "kind Enum8('empty' = 0, 'double' = {d}, 'int' = 6)"
_VALUES = {
    # column types of the landing tables
    "value": _VALUE,
    "attributes": f"Array(Tuple(key String, value {_VALUE}))",
    "number_points": (
        "Array(Tuple(start UInt64, time UInt64, d Float64, i Int64, "
        + _KIND.format(d=4)
        + ", exemplars {{exemplars}}, attributes {{attributes}}, flags UInt32))"
    ),
    "exemplars": (
        "Array(Tuple(time UInt64, d Float64, i Int64, "
        + _KIND.format(d=3)
        + ", span_id String, trace_id String, attributes {{attributes}}))"
    ),
    # expressions over them
    "text": (
        "multiIf({0}.kind = 'string', {0}.s, {0}.kind = 'int', toString({0}.i), {0}.kind = 'double', toString({0}.d), "
        "{0}.kind = 'bool', if({0}.b, 'true', 'false'), {0}.kind = 'array', {0}.array, {0}.kind = 'kvlist', {0}.kvlist, "
        "{0}.kind = 'bytes', base64Encode({0}.x), '')"
    ),
    "map": (
        "CAST(mapFromArrays({0}.key, arrayMap(v -> {{{{text v}}}}, {0}.value)), 'Map(LowCardinality(String), String)')"
    ),
    "kinds": (
        "if(arrayAll(v -> v.kind = 'string', {0}.value), '', "
        "arrayStringConcat(arrayMap(v -> substring('esbidakx', toInt8(v.kind) + 1, 1), {0}.value)))"
    ),
    # expressions over the tables' columns
    "types_type": "Map(LowCardinality(String), LowCardinality(String))",
    "types_of": (
        "CAST(arrayFilter(t -> t.2 != 'string', arrayMap((k, i) -> (k, transform(substring({1}, i, 1), "
        "['e', 'b', 'i', 'd', 'a', 'k', 'x'], ['empty', 'bool', 'int', 'double', 'array', 'kvlist', 'bytes'], 'string')), "
        "mapKeys({0}), arrayEnumerate(mapKeys({0})))), 'Map(LowCardinality(String), LowCardinality(String))')"
    ),
    "number": "if({0}.kind = 'int', toFloat64({0}.i), {0}.d)",
    # DateTime64(9) ends in 2262, where the count of nanoseconds leaves an Int64
    "time": "fromUnixTimestamp64Nano(toInt64(least({0}, 9223372036854775807)))",
    "off_clock": "({0} + 2592000000000000 < segment_ns OR {0} > segment_ns + 86400000000000)",
    # the attributes of every point below a scope group, whatever its kind
    "point_attributes": (
        "arrayFlatten(arrayMap(m->arrayConcat(m.gauge.points.attributes,m.sum.points.attributes,"
        "m.histogram.points.attributes,m.exponential.points.attributes,m.summary.points.attributes),s.metrics))"
    ),
    "point_count": (
        "arraySum(arrayMap(m->length(m.gauge.points)+length(m.sum.points)+length(m.histogram.points)"
        "+length(m.exponential.points)+length(m.summary.points),s.metrics))"
    ),
}
# Parts stay compact until they are large: every column of its own file costs two system calls and a buffer per insert.
# Inserts are synced, because the journal forgets a segment that the store has; merges rewrite what was synced before.
# Skip indexes are built when parts merge: a fresh part is small enough to read, and building them twice doubles the insert.
_SETTINGS = (
    "index_granularity = 2048, ttl_only_drop_parts = 1, min_bytes_for_wide_part = 134217728, "
    "fsync_after_insert = 1, fsync_part_directory = 1, {window} = 1000"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where tables are made.

    Attributes:
        database: the tenant's database.
        cluster: the ClickHouse cluster's name; empty on one machine.
        codec: what compresses columns that name no codec; empty leaves it to the engine's configuration.
    """

    database: str
    cluster: str = ""
    codec: str = ""

    @property
    def on_cluster(self) -> str:
        """The clause that makes a statement run on every node."""
        return f" ON CLUSTER `{self.cluster}`" if self.cluster else ""


@cache
def versions() -> dict[int, str]:
    """The migrations' file names by version, ascending; a file `0002_logs.sql` is version 2."""
    names = sorted(entry.name for entry in _SCHEMA.iterdir() if re.fullmatch(r"\d{4}_\w+\.sql", entry.name))
    return {int(name[:4]): name for name in names}


@cache
def otlp_proto() -> str:
    """The protobuf schema by which the engine reads segments, without comments."""
    return re.sub(r"//[^\n]*\n", "\n", (_SCHEMA / "otlp.proto").read_text())


def render(name: str, place: Place) -> list[str]:
    """The statements of one schema file, in order, ready to be run one by one."""
    text = _expand(_read(name), place)
    return [statement.strip() for statement in text.split(";") if statement.strip()]


def _read(name: str) -> str:
    """A template without its comments, which may hold semicolons."""
    return re.sub(r"^\s*--[^\n]*\n", "", (_SCHEMA / name).read_text(), flags=re.MULTILINE)


def _expand(text: str, place: Place) -> str:
    """The text with every word replaced, innermost first."""
    while True:
        replaced = _WORD.sub(lambda match: _word(match[1], match[2].split(), place), text)
        if replaced == text:
            return text
        text = replaced


def _word(word: str, arguments: list[str], place: Place) -> str:
    if word in _VALUES:
        return _VALUES[word].format(*arguments) if arguments else _VALUES[word]
    if word == "include":
        return _included(arguments[0], arguments[1:])
    if word == "widen":
        return _widened(*arguments, place=place) if place.cluster else ""
    if word == "settings":
        window = "replicated_deduplication_window" if place.cluster else "non_replicated_deduplication_window"
        return _SETTINGS.format(window=window) + (
            f", default_compression_codec = '{place.codec}'" if place.codec else ""
        )
    return _placed(word, arguments[0], place)


def _included(name: str, arguments: list[str]) -> str:
    text = _read(f"{name}.part.sql").rstrip()
    for number, argument in enumerate(arguments, start=1):
        text = text.replace(f"{{{{{number}}}}}", argument)
    return text


def _placed(word: str, name: str, place: Place) -> str:
    stored = name if not place.cluster or name.startswith("sonde_landing_") else f"{name}_local"
    if word == "table":
        return f"`{place.database}`.`{stored}`{place.on_cluster}"
    if word == "view":
        return f"`{place.database}`.`{name}`{place.on_cluster}"
    if word == "name":
        return f"`{place.database}`.`{stored}`"
    if word == "whole":
        return f"`{place.database}`.`{name}`"
    if word == "engine":
        return f"Replicated{name}" if place.cluster else name
    if word == "distribute":
        return _distributed(name, place) if place.cluster else ""
    raise ValueError(f"no such word in a schema template: {word}")


def _distributed(name: str, place: Place) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS `{place.database}`.`{name}`{place.on_cluster} AS `{place.database}`.`{name}_local`\n"
        f"ENGINE = Distributed(`{place.cluster}`, `{place.database}`, `{name}_local`, rand())"
    )


def _widened(name: str, column: str, kind: str, *, place: Place) -> str:
    """The same new column for the table that stands for all of a cluster's."""
    return f"ALTER TABLE `{place.database}`.`{name}`{place.on_cluster} ADD COLUMN IF NOT EXISTS `{column}` {kind}"
