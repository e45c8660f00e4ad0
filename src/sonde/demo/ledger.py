"""Was everything that was sent also stored? Asks the server and compares with the tally.

The server is asked in SQL over its web port (`/sonde/sql`), for rows that carry this run's id as a resource attribute, so a
data directory that held something before, or another sender on the same ports, changes nothing. One span is one row of
`otel_traces`, one log record one row of `otel_logs`, one data point one row of the `otel_metrics_*` table of its kind.

An exporter whose answer was lost sends a batch again, and then more is stored than was sent: that is told as well, because
it is not what was sent.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from sonde.core.errors import NetworkError, UnavailableError
from sonde.core.signal import Signal
from sonde.demo.telemetry import RUN_ID_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sonde.demo.tally import Figures

__all__ = ["Balance", "Ledger", "ServiceFigures", "balance_of"]

_METRIC_KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")
_TABLES = {
    Signal.TRACES: ("otel_traces",),
    Signal.METRICS: tuple(f"otel_metrics_{kind}" for kind in _METRIC_KINDS),
    Signal.LOGS: ("otel_logs",),
}
_SERVICES = """
SELECT ServiceName AS name, count() AS requests, countIf(StatusCode = 'Error') AS errors,
    quantile(0.5)(Duration) / 1e6 AS p50_ms, quantile(0.95)(Duration) / 1e6 AS p95_ms
FROM otel_traces WHERE {where} AND SpanKind IN ('Server', 'Consumer')
GROUP BY name ORDER BY p95_ms DESC
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """One signal's figures: what was sent, acknowledged, refused or lost on the way, and stored."""

    signal: Signal
    sent: int
    acknowledged: int
    failed: int
    stored: int

    @property
    def is_even(self) -> bool:
        """Whether exactly what was sent was acknowledged and stored."""
        return self.sent == self.acknowledged == self.stored and not self.failed

    @property
    def complaint(self) -> str:
        """What does not agree, one sentence; empty when all does."""
        noun = self.signal.item.replace("_", " ")
        if self.failed:
            return f"{self.failed:,} {noun} were sent and not acknowledged: an exporter gave up"
        if self.acknowledged != self.sent:
            return (
                f"{self.sent - self.acknowledged:,} {noun} never left the SDK: a queue was full, or the flush timed out"
            )
        if self.stored < self.acknowledged:
            return f"{self.acknowledged - self.stored:,} acknowledged {noun} are not stored"
        if self.stored > self.acknowledged:
            return f"{self.stored - self.acknowledged:,} more {noun} are stored than were sent: a batch arrived twice"
        return ""


def balance_of(figures: Mapping[Signal, Figures], stored: Mapping[Signal, int]) -> list[Balance]:
    """Each signal's figures side by side."""
    return [
        Balance(signal, each.sent, each.acknowledged, each.failed, stored.get(signal, 0))
        for signal, each in figures.items()
    ]


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What the store says of one service: requests answered, those with an error, and latency in milliseconds."""

    name: str
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float


class Ledger:
    """Asks a server for what it has stored of one run.

    Args:
        web_url: base URL of its web port.
        run_id: this run's id; letters and digits only.
        transport: plays the server in tests.
    """

    def __init__(self, web_url: str, run_id: str, transport: httpx.BaseTransport | None = None) -> None:
        self._where = f"ResourceAttributes['{RUN_ID_KEY}'] = '{run_id}'"
        self._client = httpx.Client(base_url=web_url, timeout=20.0, trust_env=False, transport=transport)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query.

        Raises:
            NetworkError: the server cannot be reached.
            UnavailableError: it answered something else than rows.
        """
        try:
            answer = self._client.get("/sonde/sql", params={"query": sql})
        except httpx.TransportError as error:
            raise NetworkError(f"{self._client.base_url} does not answer: {error}") from error
        if answer.status_code != 200:
            raise UnavailableError(f"/sonde/sql answered {answer.status_code}: {answer.text[:300]}")
        return list(answer.json()["rows"])

    def stored(self) -> dict[Signal, int]:
        """How many items of each signal are stored now."""
        counts = [
            f"(SELECT count() FROM {table} WHERE {self._where}) AS {table}"  # noqa: S608  table names from above, an id of hex digits
            for tables in _TABLES.values()
            for table in tables
        ]
        row = self._rows(f"SELECT {', '.join(counts)}")[0]
        return {signal: sum(int(row[table]) for table in tables) for signal, tables in _TABLES.items()}

    def settle(
        self,
        expected: Mapping[Signal, int],
        *,
        patience_s: float,
        at_most_s: float,
        progress: Callable[[Mapping[Signal, int]], None] = lambda _: None,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> dict[Signal, int]:
        """Ask until at least `expected` is stored, or the deadline has passed; returns what is stored.

        A busy machine stores late, a broken one not at all: the deadline moves on as long as the figures grow.

        Args:
            expected: what was acknowledged.
            patience_s: how long the figures may stand still, seconds.
            at_most_s: how long it may take in all, seconds.
            progress: told each answer.
            now: a monotonic clock, seconds.
            wait: sleeps.

        Raises:
            NetworkError: the server could not be reached until the deadline.
            UnavailableError: it answered something else than rows until the deadline.
        """
        last_growth = started = now()
        most = 0
        while True:
            deadline = min(last_growth + patience_s, started + at_most_s)
            try:
                stored = self.stored()
            except (NetworkError, UnavailableError):
                if now() >= deadline:
                    raise
            else:
                progress(stored)
                if now() >= deadline or all(stored[signal] >= count for signal, count in expected.items()):
                    return stored
                if sum(stored.values()) > most:
                    most, last_growth = sum(stored.values()), now()
            wait(0.2)

    def services(self) -> list[ServiceFigures]:
        """What each service did in this run, the slowest first."""
        rows = self._rows(_SERVICES.format(where=self._where))
        return [
            ServiceFigures(
                str(row["name"]), int(row["requests"]), int(row["errors"]), float(row["p50_ms"]), float(row["p95_ms"])
            )
            for row in rows
        ]
