from sonde.otlp.wire import BytesLike

LOG_FIELDS: list[tuple[str, str]]
METRIC_TABLES: list[tuple[str, list[tuple[str, str]], list[str]]]
TRACE_FIELDS: list[tuple[str, str]]

class Encoder:
    def blocks(
        self, signal: int, payload: BytesLike, segment_ns: int
    ) -> tuple[dict[str, memoryview], list[tuple[str, str, str, int, list[str]]]]: ...
