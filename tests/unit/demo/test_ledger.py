"""The exit code hangs on this: what is sent, acknowledged and stored must be compared right, and the wait must end."""

from __future__ import annotations

import httpx
import pytest

from sonde.core.errors import NetworkError, UnavailableError
from sonde.core.signal import Signal
from sonde.demo.ledger import Balance, Ledger, balance_of
from sonde.demo.tally import Figures

KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")


def row(traces=0, logs=0, **metrics):
    return {"otel_traces": traces, "otel_logs": logs} | {f"otel_metrics_{k}": metrics.get(k, 0) for k in KINDS}


def ledger(answers):
    """A ledger whose server gives the answers one after the other, the last one for ever."""
    queue = list(answers)

    def handle(request):
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        return (
            answer if isinstance(answer, httpx.Response) else httpx.Response(200, json={"columns": [], "rows": answer})
        )

    return Ledger("http://server", "abc123", httpx.MockTransport(handle))


class Watch:
    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def wait(self, seconds):
        self.now_s += seconds


def settle(book, expected, patience_s=10.0, at_most_s=60.0):
    watch = Watch()
    return book.settle(
        expected, patience_s=patience_s, at_most_s=at_most_s, now=watch.now, wait=watch.wait
    ), watch.now_s


def test_metrics_are_counted_over_the_tables_of_all_kinds_and_only_of_this_run():
    asked = []

    def handle(request):
        asked.append(request.url.params["query"])
        return httpx.Response(
            200, json={"columns": [], "rows": [row(7, 5, gauge=1, sum=2, histogram=3, exponential_histogram=4)]}
        )

    stored = Ledger("http://server", "abc123", httpx.MockTransport(handle)).stored()
    assert stored == {Signal.TRACES: 7, Signal.METRICS: 10, Signal.LOGS: 5}
    assert asked[0].count("ResourceAttributes['demo.run.id'] = 'abc123'") == 7


def test_settling_waits_until_all_is_stored():
    book = ledger([[row(1)], [row(5)], [row(9, 2)]])
    stored, took_s = settle(book, {Signal.TRACES: 9, Signal.LOGS: 2})
    assert stored[Signal.TRACES] == 9
    assert took_s == pytest.approx(0.4)


def test_settling_gives_up_at_its_deadline_with_what_there_is():
    stored, took_s = settle(ledger([[row(8)]]), {Signal.TRACES: 9}, patience_s=3.0)
    assert stored[Signal.TRACES] == 8
    assert 3.0 <= took_s <= 3.4


def test_patience_begins_again_whenever_more_is_stored():
    slow = [[row(count)] for count in range(1, 40)]
    stored, took_s = settle(ledger(slow), {Signal.TRACES: 39}, patience_s=0.5)
    assert stored[Signal.TRACES] == 39
    assert took_s == pytest.approx(38 * 0.2)


def test_patience_ends_in_the_end():
    slow = [[row(count)] for count in range(1, 400)]
    stored, took_s = settle(ledger(slow), {Signal.TRACES: 400}, patience_s=0.5, at_most_s=4.0)
    assert stored[Signal.TRACES] < 30
    assert 4.0 <= took_s <= 4.4


def test_a_failing_answer_is_asked_for_again():
    book = ledger([httpx.ConnectError("no"), httpx.Response(503, text="starting"), [row(1)]])
    assert settle(book, {Signal.TRACES: 1})[0][Signal.TRACES] == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [(httpx.ConnectError("no"), NetworkError), (httpx.Response(500, text="broken"), UnavailableError)],
)
def test_the_last_failure_is_raised_at_the_deadline(answer, error):
    with pytest.raises(error):
        settle(ledger([answer]), {Signal.TRACES: 1}, patience_s=1.0)


@pytest.mark.parametrize(
    ("sent", "acknowledged", "failed", "stored", "complaint"),
    [
        (10, 10, 0, 10, ""),
        (10, 10, 0, 9, "1 acknowledged spans are not stored"),
        (10, 10, 0, 12, "2 more spans are stored than were sent"),
        (10, 8, 0, 8, "2 spans never left the SDK"),
        (10, 8, 2, 8, "2 spans were sent and not acknowledged"),
        (10, 8, 2, 10, "2 spans were sent and not acknowledged"),
    ],
)
def test_a_balance_is_even_only_when_everything_agrees(sent, acknowledged, failed, stored, complaint):
    balance = Balance(Signal.TRACES, sent, acknowledged, failed, stored)
    assert balance.is_even == (complaint == "")
    assert balance.complaint.startswith(complaint)
    assert bool(balance.complaint) == bool(complaint)


def test_a_signal_of_which_nothing_is_known_to_be_stored_counts_as_nothing():
    [balance] = balance_of({Signal.LOGS: Figures(3, 3, 0)}, {})
    assert balance.stored == 0
    assert not balance.is_even


def test_services_come_as_figures():
    rows = [{"name": "cart", "requests": 12, "errors": 1, "p50_ms": 1.5, "p95_ms": 4.25}]
    [cart] = ledger([rows]).services()
    assert (cart.name, cart.requests, cart.errors, cart.p95_ms) == ("cart", 12, 1, 4.25)
