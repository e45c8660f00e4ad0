"""A real application, instrumented by OpenTelemetry's own tools, seen through Sonde.

Three uvicorn processes (`bookshop.py`: FastAPI, httpx, SQLAlchemy) run under `opentelemetry-instrument` and export over gRPC and
over HTTP, gzipped, to a running server. What comes back from the query API must be one connected trace across the processes
with the right parents, its SQL, its logs, its exception, and the application's metrics.
"""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from servers import free_ports, loopback_environment, running_sonde, wait_until

TESTS = Path(__file__).resolve().parent.parent
INSTRUMENT = str(Path(sys.executable).with_name("opentelemetry-instrument"))
STORED_WITHIN_S = 60


def telemetry_environment(sonde, role, protocol):
    """What an operator would set."""
    return {
        "OTEL_SERVICE_NAME": role,
        "OTEL_RESOURCE_ATTRIBUTES": "service.version=1.2.3,deployment.environment.name=test",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{sonde.grpc}" if protocol == "grpc" else sonde.http_url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "OTEL_BLRP_SCHEDULE_DELAY": "200",
        "OTEL_METRIC_EXPORT_INTERVAL": "3000",
        "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
        "OTEL_PYTHON_FASTAPI_EXCLUDED_URLS": "openapi.json",
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "celery,django,flask,redis,system_metrics",  # installed, and not used here
    }


@contextmanager
def service(sonde, directory, role, *, port, protocol, following=None):
    """One process of the application: its URL, and what waits until it answers; its log is added to a failure."""
    settings = {
        "BOOKSHOP_ROLE": role,
        "BOOKSHOP_NEXT": following or "",
        "BOOKSHOP_DATABASE": str(directory / f"{role}.db"),
        "PYTHONPATH": str(TESTS),
    }
    environment = loopback_environment(settings | telemetry_environment(sonde, role, protocol))
    command = [INSTRUMENT, sys.executable, "-m", "uvicorn", "e2e.bookshop:app", "--port", str(port)]
    log_path = directory / f"{role}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
    url = f"http://127.0.0.1:{port}"

    def answers():
        assert process.poll() is None, f"{role} ended with {process.returncode}:\n{log_path.read_text()}"
        try:
            return httpx.get(f"{url}/openapi.json", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        yield url, lambda: wait_until(answers, within_s=60, what=f"{role} to answer")
    except BaseException as error:
        error.add_note(f"{role}'s log:\n{log_path.read_text()[-4000:]}")
        raise
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def sonde(tmp_path_factory):
    with running_sonde(tmp_path_factory.mktemp("sonde") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """Where the application keeps its databases and logs."""
    return tmp_path_factory.mktemp("bookshop")


@pytest.fixture(scope="module")
def shop(sonde, directory):
    """The application's three processes; yields the URL that customers use."""
    ports = free_ports(3)
    with ExitStack() as stack:
        stock, stock_answers = stack.enter_context(service(sonde, directory, "stock", port=ports[0], protocol="grpc"))
        orders, orders_answer = stack.enter_context(
            service(sonde, directory, "orders", port=ports[1], protocol="http/protobuf", following=stock)
        )
        front, front_answers = stack.enter_context(
            service(sonde, directory, "front", port=ports[2], protocol="grpc", following=orders)
        )
        for wait in (stock_answers, orders_answer, front_answers):
            wait()
        yield front


def buy(shop, book, trace_id):
    """Buy a book under a trace of our own, as an instrumented browser would."""
    header = f"00-{trace_id}-{secrets.token_hex(8)}-01"
    return httpx.post(f"{shop}/buy/{book}", headers={"traceparent": header}, trust_env=False, timeout=20)


def stored_trace(sonde, trace_id, spans):
    """The trace, once at least `spans` spans of it are stored."""

    def told():
        answer = sonde.get.get(f"/sonde/traces/{trace_id}")
        return answer.json() if answer.status_code == 200 else {"spans": []}

    wait_until(
        lambda: len(told()["spans"]) >= spans,
        within_s=STORED_WITHIN_S,
        every_s=0.5,
        what=f"{spans} spans of trace {trace_id}",
    )
    return told()


def stored_logs(sonde, trace_id, count):
    return wait_until(
        lambda: (found := sonde.ask("/sonde/logs", trace_id=trace_id)["logs"]) and len(found) >= count and found,
        within_s=STORED_WITHIN_S,
        every_s=0.5,
        what=f"{count} log records of trace {trace_id}",
    )


def only(spans, service, kind, word=""):
    """The one span of a service and kind whose name holds the word."""
    found = [s for s in spans if s["service"] == service and s["kind"].lower() == kind and word in s["name"]]
    assert len(found) == 1, (
        f"{len(found)} spans of {service}, {kind}, {word!r} in {[(s['service'], s['kind'], s['name']) for s in spans]}"
    )
    return found[0]


@pytest.fixture(scope="module")
def bought(sonde, shop):
    """A book that was bought: (trace id, the trace as Sonde tells it)."""
    trace_id = secrets.token_hex(16)
    answer = buy(shop, "dune", trace_id)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"order": 1}
    return trace_id, stored_trace(sonde, trace_id, 16)


def test_one_trace_goes_through_the_three_processes_with_the_right_parents(bought):
    _, trace = bought
    spans = trace["spans"]
    root = only(spans, "front", "server", "POST /buy/{book}")
    asks_orders = only(spans, "front", "client")
    orders = only(spans, "orders", "server", "POST /orders")
    asks_stock = only(spans, "orders", "client", "GET")
    stock = only(spans, "stock", "server", "GET /stock/{book}")
    chain = [root, asks_orders, orders, asks_stock, stock]
    for parent, child in pairwise(chain):
        assert child["parent_span_id"] == parent["span_id"]
        assert child["depth"] == parent["depth"] + 1
    assert root["missing_parent"] is True  # the browser's span is nobody's business here
    assert not any(span["missing_parent"] for span in spans if span is not root)
    assert trace["errors"] == 0
    assert stock["start_ns"] >= asks_stock["start_ns"]


def test_sql_of_both_flavours_is_there(bought):
    spans = bought[1]["spans"]
    insert = only(spans, "orders", "client", "INSERT")
    select = only(spans, "stock", "client", "SELECT")
    assert insert["parent_span_id"] == only(spans, "orders", "server", "POST /orders")["span_id"]
    assert select["parent_span_id"] == only(spans, "stock", "server")["span_id"]
    assert insert["attributes"]["db.query.text"] == "INSERT INTO orders (book) VALUES (?) RETURNING id"
    assert select["attributes"]["db.query.text"] == "SELECT copies FROM stock WHERE book = ?"
    assert select["attributes"]["db.system.name"] == "sqlite"


def test_resources_and_attributes_keep_their_types(bought):
    for span in bought[1]["spans"]:
        assert span["resource"]["service.name"] == span["service"]
        assert span["resource"]["service.version"] == "1.2.3"
        assert span["resource"]["telemetry.sdk.language"] == "python"
    root = only(bought[1]["spans"], "front", "server", "POST /buy/{book}")
    assert root["attributes"]["http.response.status_code"] == 200
    assert root["attributes"]["http.route"] == "/buy/{book}"
    assert root["scope"]["name"] == "opentelemetry.instrumentation.fastapi"


def test_logs_of_all_processes_are_correlated(sonde, bought):
    trace_id, trace = bought
    logs = stored_logs(sonde, trace_id, 5)
    by_service = {log["service"]: log for log in logs if log["scope"]["name"].startswith("bookshop.")}
    assert {service: log["body"] for service, log in by_service.items()} == {
        "front": "a customer buys dune",
        "orders": "order 1 placed, 40 left",
        "stock": "40 copies of dune",
    }
    services = {span["span_id"]: span["service"] for span in trace["spans"]}
    assert all(services[log["span_id"]] == service for service, log in by_service.items())
    placed = by_service["orders"]
    assert placed["severity"] == "WARN"
    assert placed["attributes"]["left"] == 40
    assert placed["attributes"]["book"] == "dune"


def test_a_failure_carries_its_exception_and_log_through_the_trace(sonde, shop):
    trace_id = secrets.token_hex(16)
    assert buy(shop, "gilgamesh", trace_id).status_code == 502
    trace = stored_trace(sonde, trace_id, 14)
    failed = only(trace["spans"], "orders", "server", "POST /orders")
    assert failed["status"].lower() == "error"
    [event] = [event for event in failed["events"] if event["name"] == "exception"]
    assert event["attributes"]["exception.type"] == "ValueError"
    assert "nobody prints gilgamesh" in event["attributes"]["exception.stacktrace"]
    assert trace["errors"] >= 1

    found = sonde.ask("/sonde/traces", status="error", service="orders")["traces"]
    assert trace_id in {each["trace_id"] for each in found}
    errors = wait_until(
        lambda: sonde.ask("/sonde/logs", trace_id=trace_id, severity="ERROR")["logs"], within_s=20, what="its error log"
    )
    assert "orders answered 500 for gilgamesh" in {log["body"] for log in errors}


def test_metrics_of_every_process_arrive(sonde, shop, bought):
    name = "http.server.request.duration"

    def listed():
        found = {metric["name"]: metric for metric in sonde.ask("/sonde/metrics")["metrics"]}
        return found.get(name) if set(found.get(name, {}).get("services", ())) >= {"front", "orders", "stock"} else None

    metric = wait_until(listed, within_s=STORED_WITHIN_S, every_s=0.5, what=f"{name} of three services")
    assert metric["kind"].lower() == "histogram"
    assert metric["unit"] == "s"
    answer = sonde.ask("/sonde/metrics/series", name=name, aggregation="count", group_by="service.name", start="-10m")
    assert {tuple(series["labels"].values()) for series in answer["series"]} >= {("front",), ("orders",), ("stock",)}
    assert all(any(value for _, value in series["points"]) for series in answer["series"])


def test_the_database_agrees_with_what_was_told(bought, directory):
    with sqlite3.connect(directory / "orders.db") as connection:
        assert connection.execute("SELECT book FROM orders").fetchall() == [("dune",)]
