"""When a lane is drained is decided here alone: too early costs requests, too late costs freshness, never costs data."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.client.engine.handoff import NEVER
from sonde.client.engine.schedule import EMPTY, Gathering, plan
from sonde.client.settings import BatchSettings

BATCH = BatchSettings(batch_items=10, delay_s=5.0)


def test_an_empty_lane_sleeps_until_its_first_item():
    assert plan(Gathering(3.0), 0, 9.0, batch=BATCH) == (EMPTY, plan(EMPTY, 0, 0.0, batch=BATCH)[1])
    assert plan(EMPTY, 0, 0.0, batch=BATCH)[1].wake_at == 1
    assert plan(EMPTY, 0, 0.0, batch=BATCH)[1].due is None


def test_a_few_items_wait_for_company_until_they_are_old():
    state, todo = plan(EMPTY, 3, 100.0, batch=BATCH)
    assert (todo.drain, todo.wake_at, todo.due) == (0, 10, 105.0)
    state, todo = plan(state, 4, 104.9, batch=BATCH)
    assert todo.due == 105.0, "newer items must not put the oldest off"
    state, todo = plan(state, 4, 105.0, batch=BATCH)
    assert (todo.drain, state) == (4, EMPTY)


def test_a_full_batch_goes_at_once_and_what_is_left_is_young():
    state, todo = plan(Gathering(1.0), 25, 2.0, batch=BATCH)
    assert (todo.drain, todo.wake_at, state) == (10, NEVER, Gathering(2.0))


def test_a_flush_takes_what_there_is():
    assert plan(EMPTY, 1, 0.0, batch=BATCH, flush=True)[1].drain == 1


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 3), st.booleans()), max_size=30))
def test_no_item_waits_longer_than_the_delay_and_no_batch_is_too_large(events):
    state, waiting, now, oldest = EMPTY, 0, 0.0, None
    for arrived, seconds, flush in events:
        now += seconds
        waiting += arrived
        while True:
            if waiting and oldest is None:
                oldest = now
            state, todo = plan(state, waiting, now, batch=BATCH, flush=flush)
            assert todo.drain <= min(waiting, BATCH.batch_items)
            if not todo.drain:
                break
            waiting -= todo.drain
            oldest = None
        assert waiting < BATCH.batch_items
        assert not (waiting and flush)
        assert not waiting or todo.due <= oldest + BATCH.delay_s
