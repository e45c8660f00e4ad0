"""The intake must call back exactly once whatever the sink does, and count what became of every request."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.core.errors import AuthorizationError, ExhaustedError, InternalError, MalformedError, StorageError
from sonde.core.outcome import Outcome
from sonde.core.signal import Signal
from sonde.receivers import intake as module
from sonde.receivers.intake import Budget, DoorStats, Intake, TenantConfig, Tenants


def two_spans():
    message = ExportTraceServiceRequest()
    spans = message.resource_spans.add().scope_spans.add().spans
    spans.add(name="a")
    spans.add(name="b")
    return message.SerializeToString()


PAYLOAD = two_spans()


class Sink:
    def __init__(self, behave):
        self.behave = behave
        self.calls = []

    def append(self, signal, tenant, payload, items, done):
        self.calls.append((signal, tenant, payload, items))
        self.behave(done)


def offered(behave, payload=PAYLOAD):
    stats, results, sink = DoorStats(), [], Sink(behave)
    intake = Intake(sink, stats=stats, budget=Budget(), tenants=Tenants())
    intake.offer(Signal.TRACES, "default", payload, results.append)
    return results, stats, sink


def test_what_the_sink_confirms_is_accepted_and_counted():
    results, stats, sink = offered(lambda done: done(None))
    assert results == [Outcome(2)]
    assert sink.calls == [(Signal.TRACES, "default", PAYLOAD, 2)]
    assert (stats.items, stats.payload_bytes) == ([2, 0, 0], [len(PAYLOAD), 0, 0])


@pytest.mark.parametrize("payload", [b"", b"\x0a\x00", b"\x0a\x02\x12\x00"])
def test_a_request_without_records_does_not_reach_the_sink(payload):
    results, stats, sink = offered(lambda done: done(None), payload)
    assert (results, sink.calls, stats.items) == ([Outcome(0)], [], [0, 0, 0])


def test_malformed_bytes_do_not_reach_the_sink():
    results, stats, sink = offered(lambda done: done(None), b"\x0a\x09x")
    assert isinstance(results[0], MalformedError)
    assert (sink.calls, dict(stats.refused)) == ([], {"validation": 1})


def test_what_the_sink_refuses_at_once_or_later_is_refused_once():
    def refuse(_done):
        raise ExhaustedError("disk full")

    for behave, cls in ((refuse, ExhaustedError), (lambda done: done(StorageError("write failed")), StorageError)):
        results, stats, _ = offered(behave)
        assert [type(result) for result in results] == [cls]
        assert sum(stats.refused.values()) == 1
        assert stats.items == [0, 0, 0]


def test_a_sink_that_calls_back_twice_is_heard_once():
    def twice(done):
        done(None)
        done(StorageError("late"))

    results, stats, _ = offered(twice)
    assert results == [Outcome(2)]
    assert not stats.refused


def test_a_sink_that_calls_back_and_then_fails_is_heard_once(caplog):
    def fail(done):
        done(None)
        raise ZeroDivisionError

    results, _, _ = offered(fail)
    assert results == [Outcome(2)]
    assert "should not" in caplog.text


@pytest.mark.parametrize("place", ["sink", "validation"])
def test_defects_become_internal_errors(monkeypatch, caplog, place):
    def fail(*_):
        raise ZeroDivisionError

    if place == "validation":
        monkeypatch.setattr(module.wire, "validate", fail)
    results, stats, _ = offered(fail)
    assert [type(result) for result in results] == [InternalError]
    assert dict(stats.refused) == {"internal": 1}
    assert "should not" in caplog.text


def test_the_budget_gives_what_is_free_and_no_more():
    budget = Budget(10)
    assert budget.take(7)
    assert not budget.take(4)
    assert budget.take(3)
    budget.give(7)
    assert (budget.held, budget.take(8)) == (3, False)


def test_tenants_are_default_until_configured():
    tenants = Tenants()
    assert (tenants.header, tenants.resolve("anyone")) == ("", "default")


def test_tenants_are_names_that_are_safe_as_directories():
    tenants = Tenants(TenantConfig(enabled=True))
    assert (tenants.resolve(None), tenants.resolve("team_7")) == ("default", "team_7")
    for name in ("", "Team", "../x", "a" * 64, "a b", "ä", "a\n"):
        with pytest.raises(MalformedError, match="x-scope-orgid"):
            tenants.resolve(name)


def test_tenants_may_be_listed():
    tenants = Tenants(TenantConfig(enabled=True, header="x-tenant", allowed=("a",)))
    assert tenants.resolve("a") == "a"
    with pytest.raises(AuthorizationError, match="'b'"):
        tenants.resolve("b")


def test_without_the_header_a_request_is_for_default_only_where_default_is_allowed():
    with pytest.raises(AuthorizationError, match="header x-tenant"):
        Tenants(TenantConfig(enabled=True, header="x-tenant", allowed=("a",))).resolve(None)
    assert Tenants(TenantConfig(enabled=True, allowed=("a", "default"))).resolve(None) == "default"


def test_counters_read_as_plain_values():
    stats = DoorStats()
    stats.requests["http", "logs", "200"] += 3
    stats.expired["grpc", "idle"] += 1
    stats.turned_away["http"] += 1
    found = stats.snapshot()
    assert found["requests"] == [{"transport": "http", "signal": "logs", "code": "200", "count": 3}]
    assert found["expired"] == [{"transport": "grpc", "deadline": "idle", "count": 1}]
    assert found["connections"] == {"http": {"open": 0, "accepted": 0, "turned_away": 1}}
    assert found["items"] == {"traces": 0, "metrics": 0, "logs": 0}
