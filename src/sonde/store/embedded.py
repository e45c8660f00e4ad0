"""How the embedded engine is set up: a small server inside a Python process.

ClickHouse's defaults are for a machine of its own: gigabytes of caches, dozens of threads. Here everything together
stays below a gigabyte. The configuration is written beside the data at every start, so that a directory carries no
old setting along.

Compression: a part is LZ4 while it is small, because it is about to be merged and read from memory, and ZSTD once merges
have made it large; columns therefore name no codec of their own but `Default`. Merges take more parts at once than the engine's default, so that a
row is rewritten less often, and gather no statistics of columns, which nothing here asks for.

Backups may go anywhere, because the engine is this process and has its rights, not a server's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["configure"]

_MEBI = 1024 * 1024
MEMORY_BYTES = 768 * _MEBI
ZSTD_FROM_BYTES = 32 * _MEBI

_CONFIG = f"""<clickhouse>
    <backups><allowed_path>/</allowed_path></backups>
    <max_server_memory_usage>{MEMORY_BYTES}</max_server_memory_usage>
    <mark_cache_size>{32 * _MEBI}</mark_cache_size>
    <index_mark_cache_size>{16 * _MEBI}</index_mark_cache_size>
    <primary_index_cache_size>{32 * _MEBI}</primary_index_cache_size>
    <uncompressed_cache_size>0</uncompressed_cache_size>
    <index_uncompressed_cache_size>{32 * _MEBI}</index_uncompressed_cache_size>
    <query_condition_cache_size>{16 * _MEBI}</query_condition_cache_size>
    <compiled_expression_cache_size>{16 * _MEBI}</compiled_expression_cache_size>
    <text_index_tokens_cache_size>{8 * _MEBI}</text_index_tokens_cache_size>
    <text_index_header_cache_size>{8 * _MEBI}</text_index_header_cache_size>
    <text_index_postings_cache_size>{16 * _MEBI}</text_index_postings_cache_size>
    <background_pool_size>2</background_pool_size>
    <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
    <background_schedule_pool_size>2</background_schedule_pool_size>
    <background_schedule_pool_initial_size>2</background_schedule_pool_initial_size>
    <background_common_pool_size>1</background_common_pool_size>
    <max_thread_pool_size>256</max_thread_pool_size>
    <max_thread_pool_free_size>16</max_thread_pool_free_size>
    <os_threads_nice_value_merge_mutate>5</os_threads_nice_value_merge_mutate>
    <merge_tree>
        <auto_statistics_types></auto_statistics_types>
        <string_serialization_version>single_stream</string_serialization_version>
        <merge_selector_base>10</merge_selector_base>
        <merge_max_block_size_bytes>{4 * _MEBI}</merge_max_block_size_bytes>
        <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
        <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
        <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
    </merge_tree>
    <compression>
        <case>
            <min_part_size>{ZSTD_FROM_BYTES}</min_part_size>
            <min_part_size_ratio>0</min_part_size_ratio>
            <method>zstd</method>
            <level>1</level>
        </case>
    </compression>
</clickhouse>
"""


def configure(directory: Path) -> Path:
    """Write the engine's configuration into its directory.

    Returns:
        The file, to be named to the engine when it starts.
    """
    path = directory / "engine.xml"
    fresh = path.with_suffix(".tmp")
    fresh.write_text(_CONFIG)
    fresh.replace(path)
    return path
