"""An editor completes from this: it must name what statements may name, and nothing that they may not."""

from sonde.query import SqlLimits


def test_tables_columns_and_functions(query):
    found = query.schema()
    tables = {table.name: table for table in found.tables}
    assert list(tables)[:2] == ["otel_traces", "otel_logs"]
    assert {"sonde_red", "sonde_edges", "otel_metrics_gauge"} <= set(tables)
    assert not [name for name in tables if name.startswith("sonde_landing") or name.endswith("_mv")]
    columns = {column.name: column for column in tables["otel_traces"].columns}
    assert columns["Duration"].type == "UInt64"
    assert columns["Duration"].comment == "Nanoseconds."
    assert columns["SpanAttributesTypes"].is_computed
    assert not columns["SpanName"].is_computed
    assert {"count", "toStartOfInterval", "quantile"} <= set(found.functions)
    assert not {"file", "url", "dictGet", "sleep"} & set(found.functions)


def test_every_column_can_be_asked_for(query):
    for table in query.schema().tables:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        query.sql(f"SELECT {names} FROM {table.name} LIMIT 1", SqlLimits())
