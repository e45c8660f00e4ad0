"""One trace of many spans: a job with batches, queries that repeat, retries, gaps and failures, eight services deep."""

from __future__ import annotations

import random
import time

import httpx

from sonde.client import OtlpClient, event, log, span

__all__ = ["large_trace", "send_large_trace"]

SERVICES = ("scheduler", "importer", "pricing", "inventory", "search-index", "postgres-proxy", "mailer", "audit")


def large_trace(count: int, *, seed: int = 1, start_ns: int | None = None):
    """`count` spans of one trace, and a log record for every fiftieth."""
    dice = random.Random(seed)
    begin = start_ns if start_ns is not None else time.time_ns() - 120 * 10**9
    root = span("nightly import", service=SERVICES[0], kind="server", start=begin, end=begin + 60 * 10**9)
    spans, logs = [root], []
    open_ones = [(root, begin, begin + 60 * 10**9, 0)]
    while len(spans) < count:
        parent, first, last, depth = open_ones[dice.randrange(max(0, len(open_ones) - 400), len(open_ones))]
        length = last - first
        start = first + int(length * dice.random() * 0.8)
        end = min(last, start + max(20_000, int(length * dice.random() * 0.4)))
        failed = dice.random() < 0.01
        one = span(
            f"{dice.choice(('SELECT', 'GET', 'import', 'price', 'index'))} {dice.choice(('items', 'orders', 'stock'))}",
            parent=parent,
            service=SERVICES[min(depth + 1, 7)],
            kind=dice.choice(("internal", "client", "server")),
            start=start,
            end=end,
            status="error" if failed else "unset",
            attributes={
                "batch": dice.randrange(100),
                "db.statement": f"SELECT * FROM items WHERE id = {dice.randrange(10_000)}",
                "item.sku": f"SKU-{dice.randrange(5000):05d}",
                "cached": dice.random() < 0.5,
            },
            events=[event("exception", {"exception.type": "TimeoutError"}, time=end)] if failed else [],
        )
        spans.append(one)
        if depth < 7:
            open_ones.append((one, start, end, depth + 1))
        if len(spans) % 50 == 0:
            logs.append(log(f"batch {len(spans) // 50} done", "INFO", span=one, time=end))
    return spans, logs


def send_large_trace(server, count: int, *, seed: int = 1) -> str:
    """Send one to a running server and wait until it is stored whole; its id."""
    spans, logs = large_trace(count, seed=seed)
    trace_id = spans[0].trace_id
    with OtlpClient(server.http_url) as client:
        for at in range(0, count, 2000):
            client.send_batch(spans[at : at + 2000])
        client.send_batch(logs)
    deadline = time.monotonic() + 60
    asked = {"query": f"SELECT count() AS n FROM otel_traces WHERE TraceId = '{trace_id}'"}
    with httpx.Client(base_url=server.web_url, trust_env=False, timeout=60) as web:
        while int(web.get("/sonde/sql", params=asked).json()["rows"][0]["n"]) < count:
            assert time.monotonic() < deadline, "the large trace was not stored in time"
            time.sleep(0.1)
    return trace_id
