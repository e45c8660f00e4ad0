"""The shop's telemetry is what real services would send: connected traces, correlated logs, conventions kept, faults visible.

Every shop here sends into memory; the spans are those of the ordinary SDK.
"""

from __future__ import annotations

import pytest
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id

from sonde.core.signal import Signal
from sonde.demo.faults import BAD_DEPLOYMENT, MEMORY_LEAK, PAYMENT_OUTAGE, SLOW_DATABASE
from sonde.demo.ordering import BAD_VERSION, GOOD_VERSION
from unit.demo.shopping import BODY, open_shop


def resource_of(span, key):
    return span.resource.attributes[key]


def played(*requests, faults=None, seed=1):
    """A shop that has played the requests under the faults, closed: (memory, what each was served)."""
    memory = open_shop(seed)
    memory.shop.apply(0.0, faults or {})
    served = [memory.shop.serve(method, route, BODY | extra) for method, route, extra in requests]
    assert memory.shop.close(10)
    return memory, served


def test_a_page_is_one_connected_trace_across_services():
    memory, [served] = played(("GET", "/", {}))
    spans = {span.context.span_id: span for span in memory.spans}
    assert {format_trace_id(span.context.trace_id) for span in spans.values()} == {served.trace_id}
    roots = [span for span in spans.values() if span.parent is None]
    assert [root.name for root in roots] == ["GET /"]
    assert all(span.parent.span_id in spans for span in spans.values() if span.parent)
    services = {resource_of(span, "service.name") for span in spans.values()}
    assert services == {"frontend", "catalogue", "recommendation", "cart"}


def test_every_server_span_under_another_service_has_that_services_client_span_as_its_parent():
    memory, _ = played(("POST", "/checkout", {}))
    spans = {span.context.span_id: span for span in memory.spans}
    servers = [span for span in spans.values() if span.kind is SpanKind.SERVER and span.parent]
    assert len(servers) >= 5
    for server in servers:
        parent = spans[server.parent.span_id]
        assert parent.kind is SpanKind.CLIENT
        assert parent.attributes["server.address"] == resource_of(server, "service.name")
        assert server.parent.is_remote


def test_children_lie_within_their_parents_and_nothing_is_in_the_future():
    memory, _ = played(("GET", "/", {}), ("POST", "/checkout", {}))
    spans = {span.context.span_id: span for span in memory.spans}
    now_ns = memory.shop.world._clock.now_ns()
    for span in spans.values():
        assert span.start_time <= span.end_time <= now_ns
        parent = spans[span.parent.span_id] if span.parent else None
        if parent is not None and span.kind is not SpanKind.CONSUMER:
            assert parent.start_time <= span.start_time
            assert span.end_time <= parent.end_time


def test_an_order_goes_through_the_queue_to_shipping_with_context_and_link():
    memory, _ = played(("POST", "/checkout", {}))
    [producer], [consumer] = memory.named("send orders"), memory.named("process orders")
    assert consumer.parent.span_id == producer.context.span_id
    assert consumer.links[0].context.span_id == producer.context.span_id
    assert consumer.start_time > producer.end_time
    assert consumer.attributes["messaging.operation.type"] == "process"


def test_conventions_and_the_customers_id_through_baggage():
    memory, _ = played(("POST", "/checkout", {}))
    servers = [span for span in memory.spans if span.kind is SpanKind.SERVER]
    for span in servers:
        assert span.attributes["user.id"] == "u-0001"
        assert span.name == f"{span.attributes['http.request.method']} {span.attributes['http.route']}"
        assert "{" not in span.attributes["url.path"]
        assert span.attributes["http.response.status_code"] < 300
    queries = [span for span in memory.spans if "db.system.name" in span.attributes]
    assert {span.attributes["db.system.name"] for span in queries} == {"postgresql", "redis"}
    assert all(span.attributes["db.query.text"] for span in queries)
    [order] = [span for span in memory.spans if "app.order.items" in span.attributes]
    assert order.attributes["app.order.items"] == ("TEA-001",)
    assert order.attributes["app.order.is_gift"] is False


def test_resources_name_service_version_instance_environment_host_and_run():
    memory, _ = played(("GET", "/", {}))
    for span in memory.spans:
        attributes = span.resource.attributes
        assert attributes["demo.run.id"] == "run1"
        assert attributes["deployment.environment.name"] == "demo"
        assert attributes["service.instance.id"].startswith("run1-")
        assert attributes["host.name"].startswith("shop-")


def test_log_lines_carry_the_span_they_were_written_in_and_its_time():
    memory, [served] = played(("POST", "/cart", {}))
    [line] = [record.log_record for record in memory.logs if "added to the cart" in record.log_record.body]
    assert format_trace_id(line.trace_id) == served.trace_id
    [span] = [span for span in memory.spans if span.context.span_id == line.span_id]
    assert resource_of(span, "service.name") == "cart"
    assert span.start_time - 1000 <= line.timestamp <= span.end_time + 1000
    assert line.severity_text == "INFO"
    assert line.attributes["app.product.id"] == "TEA-001"


def test_what_the_sdk_was_given_is_what_was_acknowledged():
    memory, _ = played(*[("GET", "/", {}), ("POST", "/checkout", {}), ("GET", "/search", {})] * 5)
    sent = {Signal.TRACES: len(memory.spans), Signal.LOGS: len(memory.logs)}
    for signal, count in sent.items():
        figures = memory.tally.of(signal)
        assert (figures.sent, figures.acknowledged, figures.failed) == (count, count, 0)
    points = memory.tally.of(Signal.METRICS)
    assert points.sent == points.acknowledged == sum(len(d.data_points) for ds in memory.metrics.values() for d in ds)


def test_metrics_of_every_kind_a_person_looks_for():
    memory, _ = played(("POST", "/checkout", {}), ("POST", "/cart", {}))
    kinds = {name: type(data[0]).__name__ for name, data in memory.metrics.items()}
    assert kinds["app.orders.placed"] == "Sum"
    assert kinds["app.queue.depth"] == kinds["process.memory.usage"] == "Gauge"
    assert kinds["app.order.value"] == "Histogram"
    assert kinds["app.payment.provider.duration"] == "ExponentialHistogram"


def test_an_unknown_product_is_404_and_no_error_of_the_server():
    memory, [served] = played(("GET", "/product/{product}", {"product": "OLD-404"}))
    assert served.status == 404
    servers = [span for span in memory.spans if span.kind is SpanKind.SERVER]
    assert all(span.status.status_code is StatusCode.UNSET for span in servers)


def test_slow_database_makes_the_catalogue_twenty_times_slower_and_says_so():
    well, _ = played(*[("GET", "/search", {})] * 20)
    ill, served = played(*[("GET", "/search", {})] * 20, faults={SLOW_DATABASE: 0.5})

    def mean_ns(memory):
        spans = memory.named("SELECT products")
        return sum(span.end_time - span.start_time for span in spans) / len(spans)

    assert 12 < mean_ns(ill) / mean_ns(well) < 30
    assert all(SLOW_DATABASE in each.touched for each in served)
    assert any("slow query" in record.log_record.body for record in ill.logs)


def test_payment_outage_retries_then_fails_with_its_cause_on_the_span():
    memory, served = played(*[("POST", "/checkout", {"provider": "northbank"})] * 6, faults={PAYMENT_OUTAGE: 0.5})
    assert 502 in {each.status for each in served}
    failed = [span for span in memory.named("POST /api/charges") if span.status.status_code is StatusCode.ERROR]
    [event] = failed[0].events
    assert event.name == "exception"
    assert event.attributes["exception.type"].endswith("PaymentProviderError")
    assert "ConnectionResetError" in event.attributes["exception.stacktrace"]
    assert event.timestamp == failed[0].end_time


def test_payment_outage_spares_customers_of_another_provider():
    _, served = played(*[("POST", "/checkout", {})] * 5, faults={PAYMENT_OUTAGE: 0.5})
    assert {each.status for each in served} <= {200, 402}


def test_a_bad_deployment_is_a_new_version_that_raises_for_some_and_is_rolled_back():
    memory = open_shop()
    shop = memory.shop

    def order(tier):
        return shop.serve("POST", "/checkout", BODY | {"tier": tier}).status

    assert order("platinum") == 200
    [began] = shop.apply(1.0, {BAD_DEPLOYMENT: 0.0})
    assert began.begins
    assert (order("platinum"), order("gold")) == (502, 200)
    [ended] = shop.apply(2.0, {})
    assert not ended.begins
    assert order("platinum") == 200
    assert shop.close(10)

    orders = sorted(memory.named("POST /api/orders"), key=lambda span: span.start_time)
    assert {resource_of(span, "service.version") for span in orders} == {GOOD_VERSION, BAD_VERSION}
    assert len({resource_of(span, "service.instance.id") for span in orders}) == 3
    [failed] = [span for span in orders if span.status.status_code is StatusCode.ERROR]
    assert failed.events[0].attributes["exception.type"] == "KeyError"
    assert resource_of(failed, "service.version") == BAD_VERSION
    [line] = [
        r.log_record
        for r in memory.logs
        if r.log_record.severity_text == "ERROR" and r.log_record.span_id == failed.context.span_id
    ]
    assert "_discount_percent" in line.attributes["exception.stacktrace"]


def test_a_leak_grows_pauses_kills_and_starts_again():
    memory = open_shop()
    shop = memory.shop
    sizes = []
    for step in range(10):
        shop.apply(float(step), {MEMORY_LEAK: step / 10})
        sizes.append(shop.recommendation.memory_mib)
        for _ in range(4):
            shop.serve("GET", "/product/{product}", BODY)
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2 * sizes[0]

    shop.apply(10.0, {})
    down = shop.serve("GET", "/product/{product}", BODY)
    assert down.status == 200
    first = shop.recommendation.instance
    shop.apply(10.0 + shop.DOWN_S, {})
    assert shop.recommendation.instance != first
    assert shop.recommendation.memory_mib == sizes[0]
    assert shop.close(10)

    assert any(event.name == "gc.pause" for span in memory.named("rank products") for event in span.events)
    [refused] = [s for s in memory.spans if s.attributes.get("error.type") == "ConnectionRefusedError"]
    assert format_trace_id(refused.context.trace_id) == down.trace_id
    bodies = [record.log_record.body for record in memory.logs]
    assert any("out of memory" in body for body in bodies)
    assert any("best sellers" in body for body in bodies)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_same_seed_tells_the_same_story(seed):
    tell = [
        [(span.name, span.end_time - span.start_time) for span in played(("GET", "/", {}), seed=seed)[0].spans]
        for _ in range(2)
    ]
    assert tell[0] == tell[1]
