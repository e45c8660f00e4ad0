"""The engine without its threads: outages, storms, sizes and drops, in simulated time, with every row accounted for."""

import logging
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.client.delivery import ACCEPTED, Delivery
from sonde.client.settings import SpoolSettings
from sonde.core.signal import Signal
from unit.client.engine.simulation import AWAY, BUSY, REFUSED, TOO_LARGE, Server, Simulation, numbers

KIB = 1 << 10


def test_items_go_out_in_order_in_batches_of_the_right_size():
    simulation = Simulation(Server())
    simulation.put(*range(25))
    simulation.settle()
    assert simulation.server.taken == list(range(20)), "five wait for company"
    simulation.run(1.0)
    assert simulation.server.taken == list(range(25))
    assert simulation.row() | {"sent_bytes": 0} == {
        "received": 25, "adopted": 0, "exported": 25, "rejected": 0, "dropped": {}, "held": 0, "spooled": 0,
        "requests": 3, "sent_bytes": 0, "retries": 0,
    }  # fmt: skip


def test_an_hour_without_a_server_stays_in_bounds_and_loses_only_what_it_counts():
    simulation = Simulation(Server(lambda _: AWAY), backlog_bytes=20 * KIB)
    for second in range(0, 3600, 5):
        simulation.put(*range(second * 10, second * 10 + 50))
        simulation.run(5)
        assert simulation.is_conserved()
    assert simulation.largest_backlog <= 20 * KIB
    assert set(simulation.row()["dropped"]) <= {"backlog_full", "retry_exhausted", "sampled"}
    assert simulation.server.attempts < 900, "a dead server must not be hammered"
    simulation.server.answer = None
    simulation.run(60)
    assert simulation.row()["held"] == 0
    assert simulation.is_conserved()
    assert len(set(simulation.server.taken)) == len(simulation.server.taken) > 0


def test_a_short_outage_costs_nothing():
    simulation = Simulation(Server(lambda _: AWAY))
    simulation.put(*range(100))
    simulation.run(20)
    simulation.server.answer = None
    simulation.run(60)
    assert sorted(simulation.server.taken) == list(range(100))


def test_a_server_that_asks_for_patience_gets_it_and_is_not_taken_for_dead():
    attempts = []
    simulation = Simulation(Server())
    simulation.server.answer = lambda _: attempts.append(simulation.clock.monotonic()) or BUSY
    simulation.put(*range(40))
    simulation.run(50)
    rounds = sorted(set(attempts))
    assert all(later - earlier >= BUSY.retry_after_s for earlier, later in pairwise(rounds))
    assert simulation.dispatch.stats()["engine"]["routes"]["traces"]["breaker"] == "closed"
    simulation.server.answer = None
    simulation.run(60)
    assert sorted(simulation.server.taken) == list(range(40))


def test_a_hint_for_next_year_is_cut_short():
    simulation = Simulation(Server(lambda _: replace(BUSY, retry_after_s=3e7)), retry_s=1e6)
    simulation.put(1)
    simulation.run(2)
    simulation.server.answer = None
    simulation.run(200)
    assert simulation.server.taken == [1]


def test_a_wait_that_a_server_names_is_obeyed_once_beyond_the_time_for_retries():
    simulation = Simulation(Server(lambda _: replace(BUSY, retry_after_s=30.0)), retry_s=10)
    simulation.put(1)
    simulation.run(20)
    simulation.server.answer = None
    simulation.run(30)
    assert simulation.server.taken == [1]


def test_a_request_that_the_server_finds_too_large_is_cut_until_it_fits():
    simulation = Simulation(Server(lambda payload: TOO_LARGE if len(numbers(payload)) > 3 else ACCEPTED))
    simulation.put(*range(10))
    simulation.settle()
    assert sorted(simulation.server.taken) == list(range(10))
    assert simulation.is_conserved()


def test_an_item_that_is_too_large_by_itself_is_dropped_alone():
    simulation = Simulation(Server(lambda payload: TOO_LARGE if 7 in numbers(payload) else ACCEPTED))
    simulation.put(*range(10))
    simulation.settle()
    assert sorted(simulation.server.taken) == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    assert simulation.row()["dropped"] == {"refused": 1}


def test_a_batch_is_cut_to_the_bytes_it_may_have():
    sizes = []
    simulation = Simulation(Server(lambda payload: sizes.append(len(payload)) or ACCEPTED), batch_bytes=500)
    simulation.put(*range(10), padding=150)
    simulation.settle()
    assert max(sizes) <= 500
    assert sorted(simulation.server.taken) == list(range(10))


def test_refusals_and_partial_success_are_counted_and_not_repeated():
    simulation = Simulation(Server(lambda _: REFUSED))
    simulation.put(*range(10))
    simulation.run(30)
    assert (simulation.server.attempts, simulation.row()["dropped"]) == (1, {"refused": 10})
    simulation.server.answer = lambda _: Delivery(accepted=True, rejected=4, message="four are bad")
    simulation.put(*range(10))
    simulation.run(30)
    assert (simulation.row()["exported"], simulation.row()["rejected"]) == (6, 4)
    assert simulation.is_conserved()


def test_a_server_that_claims_to_reject_more_than_was_sent_is_not_believed():
    simulation = Simulation(Server(lambda _: Delivery(accepted=True, rejected=10**9)))
    simulation.put(*range(10))
    simulation.settle()
    assert (simulation.row()["exported"], simulation.row()["rejected"]) == (0, 10)


def test_an_encoder_that_fails_drops_its_batch_and_not_the_engine(caplog):
    def encode(items, refused):
        if any(numbers(entry) == [3] for entry in items):
            raise ValueError("three")
        refused.append((items[0], "the first of each is refused"))
        return b"".join(items[1:])

    simulation = Simulation(Server(), encode=encode)
    with caplog.at_level(logging.CRITICAL, "sonde"):
        simulation.put(*range(30))
        simulation.run(2)
    assert simulation.row()["dropped"] == {"encode": 12}
    assert simulation.row()["exported"] == 18
    assert simulation.is_conserved()


def test_a_sender_that_raises_counts_as_a_failure(caplog):
    simulation = Simulation(Server(lambda _: 1 / 0))
    with caplog.at_level(logging.CRITICAL, "sonde"):
        simulation.put(1)
        simulation.run(2)
    simulation.server.answer = None
    simulation.run(60)
    assert simulation.server.taken == [1]


def test_senders_that_cannot_be_made_are_told_and_nothing_is_sent():
    simulation = Simulation(Server())
    simulation.dispatch.deliveries._senders = lambda: 1 / 0
    simulation.put(1)
    simulation.run(5)
    assert "division" in simulation.dispatch.stats()["engine"]["last_error"]["message"]
    assert simulation.row()["held"] == 1


def test_under_pressure_requests_are_compressed_first_and_traces_sampled_last(caplog):
    squeezed, server = Server(lambda _: AWAY), Server(lambda _: AWAY)
    simulation = Simulation(server, squeezed=squeezed, backlog_bytes=4 * KIB, queue_items=10_000, retry_s=1e6)
    with caplog.at_level(logging.WARNING, "sonde"):
        simulation.put(*range(30), padding=50)
        simulation.run(6)
        assert simulation.dispatch.stats()["engine"]["pressure"] == 1
    assert "compressed" in caplog.text
    simulation.put(*range(30, 100), padding=50)
    simulation.run(10)
    assert simulation.dispatch.stats()["engine"]["pressure"] == 3
    squeezed.answer = None
    server.answer = None
    simulation.run(120)
    assert simulation.dispatch.stats()["engine"]["pressure"] == 0
    assert squeezed.taken
    assert simulation.is_conserved()


def test_drops_are_told_once_a_minute(caplog):
    simulation = Simulation(Server(), queue_items=5, batch_items=5)
    with caplog.at_level(logging.WARNING, "sonde"):
        for _ in range(120):
            simulation.put(*range(8))
            simulation.run(1)
    lines = [line for line in caplog.messages if "dropped" in line]
    assert 2 <= len(lines) <= 3
    assert "queue_full" in lines[0]


def test_an_outage_is_told_of_less_and_less_and_its_end_once(caplog):
    simulation = Simulation(Server(lambda _: AWAY), backlog_bytes=10_000)

    def lines_while(hours):
        caplog.clear()
        for second in range(0, hours * 3600, 10):
            simulation.put(second)
            simulation.run(10, at_most=10)
        return sum("ECONNREFUSED" in line for line in caplog.messages)

    with caplog.at_level(logging.WARNING, "sonde"):
        assert 10 <= lines_while(hours=1) <= 25
        assert 10 <= lines_while(hours=3) <= 15
        simulation.server.answer = None
        caplog.clear()
        simulation.run(120)
    assert caplog.messages[0] == "sonde: telemetry is delivered again"
    assert sum("again" in line for line in caplog.messages) == 1


def test_submitted_requests_count_like_others():
    simulation = Simulation(Server())
    assert simulation.dispatch.submit(Signal.LOGS, b"\x0a\x00", 3)
    simulation.settle()
    assert simulation.row(Signal.LOGS)["exported"] == 3


def test_flush_drains_what_is_young():
    simulation = Simulation(Server())
    simulation.put(1)
    simulation.settle()
    assert simulation.server.taken == []
    ticket = simulation.dispatch.request_flush()
    simulation.settle()
    assert (simulation.server.taken, simulation.dispatch.flushed) == ([1], ticket)


ANSWERS = {
    "taken": ACCEPTED,
    "partial": Delivery(accepted=True, rejected=1),
    "away": AWAY,
    "busy": BUSY,
    "refused": REFUSED,
    "large": TOO_LARGE,
}
STEP = st.tuples(st.integers(0, 30), st.floats(0, 40), st.lists(st.sampled_from(sorted(ANSWERS)), max_size=4))


@pytest.mark.parametrize("spooled", [False, True], ids=["memory", "spool"])
def test_rows_are_conserved_whatever_happens(spooled, tmp_path_factory):
    @settings(max_examples=25)
    @given(st.lists(STEP, max_size=12), st.integers(0, 99))
    def check(steps, seed):
        spool = SpoolSettings(directory=tmp_path_factory.mktemp("spool"), quota_bytes=900, keep_s=60.0)
        answers = []
        server = Server(lambda _: ANSWERS[answers.pop(0)] if answers else ACCEPTED)
        simulation = Simulation(
            server, spool=spool if spooled else None, seed=seed, queue_items=25, backlog_bytes=400, retry_s=20.0
        )
        number = 0
        for count, seconds, scripted in steps:
            answers[:] = scripted
            simulation.put(*range(number, number + count))
            number += count
            simulation.run(seconds, at_most=10.0)
            assert simulation.is_conserved()
        assert len(set(server.taken)) == len(server.taken), "delivered twice"
        simulation.dispatch.finish()
        assert simulation.is_conserved()
        assert simulation.row()["held"] == 0

    check()
