"""A crash loop must cost little and a mended part must come back by itself: both follow from this one machine."""

from hypothesis import given
from hypothesis import strategies as st

from sonde.runtime.restart import MAX_PAUSE_S, STABLE_S, RestartState, on_exit, on_start


def test_the_first_end_restarts_at_once_and_a_loop_slows_down():
    state, now, pauses = on_start(RestartState(), 0.0), 0.0, []
    for _ in range(9):
        state, pause = on_exit(state, now)
        pauses.append(pause)
        now += pause
        state = on_start(state, now)
    assert pauses == [0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert state.restarts == 9


def test_a_long_run_is_forgiven():
    state, _ = on_exit(on_start(RestartState(failures=7), 0.0), STABLE_S)
    assert state.failures == 1


@given(st.lists(st.floats(0, 1e6), max_size=50))
def test_the_pause_is_always_bounded(lifetimes):
    state, now = RestartState(), 0.0
    for lifetime in lifetimes:
        state = on_start(state, now)
        now += lifetime
        state, pause = on_exit(state, now)
        assert 0 <= pause <= MAX_PAUSE_S
