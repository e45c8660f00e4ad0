"""The schema as statements: what a cluster's differ in, and that templates are complete."""

from __future__ import annotations

import re

import pytest

from sonde.store.render import Place, render, versions

HERE = Place("otel")
CLUSTER = Place("otel_x", "main", "ZSTD(1)")
FILES = [*versions().values(), "decode.sql"]


def test_versions_ascend_without_a_gap():
    assert list(versions()) == list(range(1, len(versions()) + 1))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [HERE, CLUSTER], ids=["one machine", "cluster"])
def test_every_word_is_replaced_and_can_be_repeated(name, place):
    statements = render(name, place)
    assert statements
    for statement in statements:
        assert "{{" not in statement
        assert "--" not in statement
        assert re.match(r"CREATE (TABLE|MATERIALIZED VIEW|VIEW) IF NOT EXISTS|ALTER TABLE", statement), statement[:80]
        assert f"`{place.database}`." in statement


@pytest.mark.parametrize("name", FILES)
def test_on_a_cluster_every_table_is_replicated_and_read_as_a_whole(name):
    statements = render(name, CLUSTER)
    assert all("ON CLUSTER `main`" in statement for statement in statements)
    stored = {
        match[1]
        for statement in statements
        if (match := re.match(r"CREATE TABLE IF NOT EXISTS `otel_x`.`(\w+)_local`", statement))
    }
    whole = {
        match[1]
        for statement in statements
        if (match := re.match(r"CREATE TABLE IF NOT EXISTS `otel_x`.`(\w+)` .* AS ", statement))
    }
    assert stored == whole
    for statement in statements:
        if "_local` ON CLUSTER" in statement and statement.startswith("CREATE"):
            assert re.search(r"ENGINE = Replicated(Aggregating|Replacing)?MergeTree", statement)
            assert "default_compression_codec = 'ZSTD(1)'" in statement
            assert "replicated_deduplication_window = 1000" in statement


def test_a_clusters_table_word_for_word():
    statements = render("0001_traces.sql", CLUSTER)
    lookup = next(one for one in statements if "`otel_traces_trace_id_ts_local` ON" in one)
    assert lookup == (
        "CREATE TABLE IF NOT EXISTS `otel_x`.`otel_traces_trace_id_ts_local` ON CLUSTER `main` (\n"
        "    TraceId String,\n"
        "    Start SimpleAggregateFunction(min, DateTime),\n"
        "    End SimpleAggregateFunction(max, DateTime)\n"
        ") ENGINE = ReplicatedAggregatingMergeTree\n"
        "ORDER BY TraceId\n"
        "SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, min_bytes_for_wide_part = 134217728, "
        "fsync_after_insert = 1, fsync_part_directory = 1, replicated_deduplication_window = 1000, "
        "default_compression_codec = 'ZSTD(1)'"
    )
    assert (
        "CREATE TABLE IF NOT EXISTS `otel_x`.`otel_traces_trace_id_ts` ON CLUSTER `main` "
        "AS `otel_x`.`otel_traces_trace_id_ts_local`\n"
        "ENGINE = Distributed(`main`, `otel_x`, `otel_traces_trace_id_ts_local`, rand())"
    ) in statements
    view = next(one for one in statements if "MATERIALIZED VIEW" in one)
    assert "TO `otel_x`.`otel_traces_trace_id_ts_local` AS" in view
    assert "FROM `otel_x`.`otel_traces_local`" in view
