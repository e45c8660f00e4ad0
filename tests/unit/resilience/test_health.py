"""Health is believed after several answers alike, asked for at spread moments, by one caller at a time."""

import asyncio

import pytest

from sonde.core.clock import ManualClock
from sonde.resilience import HealthCheck, HealthSettings, World


class Server:
    def __init__(self):
        self.answer = True
        self.asked = 0

    def probe(self):
        self.asked += 1
        if self.answer is None:
            raise OSError("gone")
        return self.answer

    async def probe_later(self):
        return self.probe()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def server():
    return Server()


def check(probe, clock, **settings):
    return HealthCheck(probe, HealthSettings(**settings), world=World.simulated(clock))


def test_it_takes_several_answers_to_change_the_belief(server, clock):
    made = check(server.probe, clock, rise=2, fall=3)
    believed = []
    for answer in (True, False, None, True, False, None, False, True, False, True, True):
        server.answer = answer
        clock.advance(12.1)
        believed.append(made.poll())
    assert believed == [True] * 6 + [False] * 4 + [True]


def test_it_asks_when_due_and_not_before(server, clock):
    made = check(server.probe, clock, interval_s=10, jitter=0)
    made.poll()
    clock.advance(made.due_in_s)
    for _ in range(5):
        made.poll()
    assert server.asked == 1
    assert made.due_in_s == pytest.approx(10)


def test_clients_spread_their_questions(server, clock):
    world = World.simulated(clock)
    first = {HealthCheck(server.probe, world=world).due_in_s for _ in range(20)}
    assert len(first) == 20
    assert all(0 <= due_s < 10 for due_s in first)


def test_one_question_at_a_time(clock):
    asked = []

    def probe():
        asked.append(1)
        clock.advance(60)
        made.poll()  # somebody else polls meanwhile
        return True

    made = check(probe, clock)
    clock.advance(10)
    made.poll()
    assert len(asked) == 1


def test_a_coroutine_can_ask_and_a_cancelled_question_is_no_answer(server, clock):
    made = check(server.probe_later, clock, fall=1)
    clock.advance(12)
    server.answer = False
    assert asyncio.run(made.poll_async()) is False

    async def cancelled():
        raise asyncio.CancelledError

    made = check(cancelled, clock, fall=1)
    clock.advance(12)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(made.poll_async())
    assert made.healthy


def test_a_listener_is_told_of_changes_alone_and_cannot_break_anything(server, clock, caplog):
    told = []

    def listener(healthy):
        told.append(healthy)
        raise RuntimeError("listener")

    made = HealthCheck(server.probe, HealthSettings(rise=1, fall=1), listener=listener, world=World.simulated(clock))
    for answer in (True, False, False, True):
        server.answer = answer
        clock.advance(12.1)
        made.poll()
    assert told == [False, True]
    assert "listener" in caplog.text


@pytest.mark.parametrize("settings", [{"rise": 0}, {"fall": 0}, {"interval_s": 0}, {"jitter": 1}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match="give rise"):
        HealthSettings(**settings)
