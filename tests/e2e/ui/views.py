"""Every view's address with something to show, and when a view has finished drawing; for tests and for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["settled", "views"]


COUNTED = """SELECT toStartOfMinute(Timestamp) AS time, ServiceName AS name, count() AS spans
FROM otel_traces GROUP BY time, name ORDER BY time"""


def views(server: Any) -> dict[str, str]:
    """Addresses by name."""
    failed = server.ask("/sonde/traces", service="checkout", status="Error", limit=1)["traces"]
    large = server.ask("/sonde/traces", sort="most_spans", limit=2)["traces"]
    record = server.ask("/sonde/logs", severity="ERROR", limit=1)["logs"][0]
    trace, other = large[0]["trace_id"], large[1]["trace_id"]
    return {
        "overview": "/",
        "services": "/services",
        "service": "/service/checkout",
        "traces": "/traces",
        "traces-table": "/traces?q=service:checkout&view=table",
        "trace": f"/trace/{trace}",
        "trace-failed": f"/trace/{failed[0]['trace_id']}",
        "trace-flame": f"/trace/{trace}?view=flame",
        "trace-spans": f"/trace/{trace}?view=spans",
        "trace-graph": f"/trace/{trace}?view=graph",
        "trace-logs": f"/trace/{trace}?view=logs",
        "compare": f"/compare?a={trace}&b={other}",
        "logs": "/logs",
        "logs-patterns": "/logs?view=patterns",
        "metrics": "/metrics",
        "logs-open": f"/logs?q=severity:error&record={quote(record['id'])}",
        "metrics-chart": "/metrics?A=http.server.request.duration",
        "metrics-lines": "/metrics?A=p95(http.server.request.duration%20histogram)%20by%20http.route%20top%205",
        "explain": "/explain",
        "explain-answer": "/explain?q=service:payment%20status:error",
        "dashboards": "/dashboards",
        "dashboard": "/dashboard/starter-services",
        "dashboard-python": "/dashboard/starter-python",
        "dashboard-sonde": "/dashboard/starter-sonde",
        "dashboard-edit": "/dashboard/starter-services?mode=edit",
        "ask": "/ask",
        "ask-answer": f"/ask?sql={quote(COUNTED)}",
    }


def settled(page: Page) -> None:
    """Wait until nothing is awaited: no request under way, nothing marked as busy."""
    page.wait_for_selector("main h1")
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("main [aria-busy=true]", state="detached")
