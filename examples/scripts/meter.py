"""Telemetry without an SDK: what a script has are numbers and dicts, and one client sends them."""

from __future__ import annotations

import os
import sys

from sonde.client import OtlpClient, counter, log, span

READING = {
    "resourceMetrics": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "meter"}}]},
            "scopeMetrics": [
                {
                    "scope": {"name": "meter"},
                    "metrics": [
                        {
                            "name": "meter.power",
                            "unit": "W",
                            "gauge": {"dataPoints": [{"timeUnixNano": "1700000000000000000", "asDouble": 230.5}]},
                        }
                    ],
                }
            ],
        }
    ]
}


def main() -> int:
    """Send a dict as it is, then a span, a counter and a log line in one call each."""
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    with OtlpClient(endpoint, protocol=os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")) as client:
        deliveries = [
            client.send_metrics(READING),
            client.send_traces(span("read the meter", service="meter", attributes={"meter.id": 42})),
            client.send_metrics(counter("meter.readings", 1, service="meter")),
            client.send_logs(log("230.5 W", service="meter", attributes={"meter.id": 42})),
        ]
    for delivery in deliveries:
        if not delivery.accepted:
            print(f"not sent: {delivery.code}: {delivery.message}", file=sys.stderr)
    return int(not all(delivery.accepted for delivery in deliveries))


if __name__ == "__main__":
    sys.exit(main())
