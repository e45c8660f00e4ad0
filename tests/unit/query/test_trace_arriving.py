"""A trace asked for while its segments are being stored must not lose spans to bounds that lag behind."""

from sonde.query.trace import read_traces


class Lagging:
    """A source whose bounds know one second of the trace; records the range that spans are asked for in."""

    def __init__(self) -> None:
        self.parameters: list[dict] = []

    def rows(self, sql, parameters=None, **_):
        if "otel_traces_trace_id_ts" in sql:
            return [{"first": 1_000_000, "last": 1_000_000, "traces": 1}]
        self.parameters.append(parameters)
        return []


def test_spans_are_looked_for_around_the_bounds():
    source = Lagging()
    read_traces(source, ["0" * 31 + "1"])
    times = [value for value in source.parameters[0].values() if isinstance(value, (int, float)) and value > 10**12]
    assert min(times) <= (1_000_000 - 60) * 10**9
    assert max(times) >= (1_000_000 + 60) * 10**9
