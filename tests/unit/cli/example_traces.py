"""Traces in the shape of `/sonde/traces/{id}`, made by hand, that the waterfall's tests draw."""

from __future__ import annotations

from typing import Any

START = "2026-03-01T12:00:00.125000000Z"
TRACE_ID = "5b8efff798038103d269b633813fc60c"


def span(name: str, service: str, depth: int, offset_ms: float, duration_ms: float, **more: Any) -> dict[str, Any]:
    """One span of an answer."""
    return {
        "span_id": more.pop("span_id", f"{abs(hash((name, offset_ms, depth))) % 2**64:016x}"),
        "parent_span_id": "",
        "depth": depth,
        "service": service,
        "name": name,
        "kind": "Internal",
        "status": "Unset",
        "status_message": "",
        "start": START,
        "offset_ms": offset_ms,
        "duration_ms": duration_ms,
        "attributes": {},
        "events": [],
        "links": [],
        "missing_parent": False,
        "skew_ms": 0.0,
        **more,
    }


def trace(spans: list[dict[str, Any]], logs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """An answer around spans."""
    services: dict[str, int] = {}
    for each in spans:
        services[each["service"]] = services.get(each["service"], 0) + 1
    end = max(each["offset_ms"] + each["duration_ms"] for each in spans)
    return {
        "trace_id": TRACE_ID,
        "start": START,
        "duration_ms": end,
        "services": [{"name": name, "spans": count} for name, count in services.items()],
        "errors": sum(each["status"] == "Error" for each in spans),
        "depth": max(each["depth"] for each in spans) + 1,
        "spans": spans,
        "logs": logs or [],
    }


def log(severity: str, number: int, body: str, span_id: str = "") -> dict[str, Any]:
    """One log record of an answer."""
    return {
        "time": START,
        "severity": severity,
        "severity_number": number,
        "service": "payment",
        "body": body,
        "span_id": span_id,
    }


def checkout() -> dict[str, Any]:
    """A failed checkout: six services, a run of queries, an exception, log records."""
    refused = {
        "name": "exception",
        "time": START,
        "offset_ms": 702.5,
        "attributes": {"exception.type": "PaymentDeclined", "exception.message": "card expired\n(code 54)"},
    }
    queries = [
        span("SELECT stock", "inventory", 3, 24 + 9.5 * index, 3 + index % 7, attributes={"db.system": "postgresql"})
        for index in range(37)
    ]
    spans = [
        span("POST /checkout", "frontend", 0, 0, 1240, status="Error", kind="Server"),
        span("validate basket", "frontend", 1, 1.2, 0.87),
        span("GET /cart/{id}", "cart", 1, 4, 12.4, kind="Server"),
        span("HGETALL cart:81723", "cart", 2, 6, 2.1, kind="Client"),
        span("POST /orders", "orders", 1, 20, 1180, status="Error", status_message="payment failed", kind="Server"),
        span("reserve", "inventory", 2, 22, 372, kind="Server"),
        *queries,
        span(
            "POST /charge",
            "payment",
            2,
            402,
            310,
            status="Error",
            kind="Server",
            span_id="c0ffee0000000001",
            events=[refused],
        ),
        span(
            "POST https://api.bank.example/v2/charges/with/a/very/long/path?and=query",
            "payment",
            3,
            410,
            280,
            kind="Client",
        ),
        span("publish order.failed", "orders", 2, 1100, 41, kind="Producer"),
        span("on order.failed", "mailer", 3, 1150, 88, kind="Consumer"),
    ]
    logs = [
        log("INFO", 9, "charging 81.20 EUR", "c0ffee0000000001"),
        log("WARN", 13, "retrying with the second provider", "c0ffee0000000001"),
        log("ERROR", 17, "charge refused: card expired", "c0ffee0000000001"),
        log("ERROR", 17, "no span knows me"),
    ]
    return trace(spans, logs)


def bushy(branches: int = 20, leaves: int = 99) -> dict[str, Any]:
    """About 2,000 spans that are all different in name, so that only the depth limit helps; one of the deepest failed."""
    spans = [span("root", "gateway", 0, 0, 1000)]
    for branch in range(branches):
        name = chr(ord("a") + branch)
        spans.append(span(f"branch {name}", f"service-{name}", 1, branch * 40, 50))
        for leaf in range(leaves):
            letters = "".join(chr(ord("a") + digit) for digit in divmod(leaf, 10))
            failed = {"status": "Error", "status_message": "boom"} if (branch, leaf) == (7, 50) else {}
            spans.append(span(f"leaf {name}{letters}", f"service-{name}", 2, branch * 40 + leaf / 10, 1, **failed))
    return trace(spans)


def chain(length: int = 2000) -> dict[str, Any]:
    """Every span the only child of the one before."""
    return trace(
        [span(f"step {index}", "recursion", index, index / 10, (length - index) / 5) for index in range(length)]
    )
