"""Bulkheads keep their bound and their order, limiters their rate, adaptive limits their range: whatever happens."""

from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sonde.resilience import Gradient, Rate
from sonde.resilience.places import Places


class Visitor:
    def wake(self):
        """Nobody sleeps in a model."""


class Bulkhead(RuleBasedStateMachine):
    """Places against the plainest model: a set of those inside and a queue of those outside."""

    @initialize(limit=st.integers(1, 4), queue=st.integers(0, 5))
    def begin(self, limit, queue):
        self.limit, self.queue = limit, queue
        self.places = Places(limit, queue)
        self.inside, self.outside = 0, deque()

    @rule()
    def arrive(self):
        if self.places.take():
            assert not self.outside
            self.inside += 1
            assert self.inside <= self.limit
            return
        assert self.inside >= self.limit or self.outside
        visitor = Visitor()
        assert self.places.line_up(visitor) == (len(self.outside) < self.queue)
        if len(self.outside) < self.queue:
            self.outside.append(visitor)

    @precondition(lambda self: self.inside)
    @rule()
    def leave(self):
        self.inside -= 1
        self._enter(self.places.leave())

    @precondition(lambda self: self.outside)
    @rule(data=st.data())
    def give_up(self, data):
        visitor = self.outside[data.draw(st.integers(0, len(self.outside) - 1))]
        assert self.places.give_up(visitor)
        assert not self.places.give_up(visitor)
        self.outside.remove(visitor)

    @rule(limit=st.integers(1, 4))
    def resize(self, limit):
        self.limit = limit
        self._enter(self.places.resize(limit))

    def _enter(self, admitted):
        for visitor in admitted:
            assert visitor is self.outside.popleft()
            self.inside += 1
            assert self.inside <= self.limit

    @invariant()
    def agrees_with_the_model(self):
        assert self.places.in_use == self.inside
        assert self.places.waiting == len(self.outside)
        assert not (self.outside and self.inside < self.limit)


TestBulkhead = Bulkhead.TestCase
TestBulkhead.settings = settings(max_examples=60, stateful_step_count=40)


@settings(max_examples=100)
@given(
    per_s=st.floats(0.01, 1e6),
    burst=st.integers(1, 20),
    steps=st.lists(st.tuples(st.integers(0, 3_000_000_000), st.sampled_from([0, 10**9, 10**12])), max_size=60),
)
def test_no_span_of_time_sees_more_than_rate_and_burst(per_s, burst, steps):
    rate, arrival_ns, now_ns = Rate(per_s, burst), 0, 10**9
    passed = []
    for step_ns, wait_ns in steps:
        now_ns += step_ns
        before = arrival_ns
        arrival_ns, delay_ns = rate.reserve(arrival_ns, now_ns, wait_ns)
        if delay_ns <= wait_ns:
            passed.append(now_ns + delay_ns)
        else:
            assert arrival_ns == before
            granted = rate.reserve(arrival_ns, now_ns + delay_ns)
            assert granted[1] == 0  # what it said to wait is enough
    assert passed == sorted(passed)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            # exact in integers: rate * t + burst >= count, with the interval rounded up to whole nanoseconds
            assert (last - first + 1 - burst) * rate.interval_ns <= passed[last] - passed[first]


@settings(max_examples=100)
@given(
    gradient=st.builds(
        Gradient,
        initial=st.integers(5, 50),
        lowest=st.integers(1, 5),
        highest=st.integers(50, 300),
        queue=st.floats(0, 10),
        window_s=st.just(0.5),
        window_calls=st.integers(1, 3),
        long_windows=st.integers(1, 50),
    ),
    calls=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1e6), st.integers(1, 300), st.booleans()), max_size=60),
)
def test_an_adaptive_limit_stays_in_its_range_and_moves_in_bounded_steps(gradient, calls):
    state, now = gradient.start(0.0), 0.0
    for step_s, duration_s, in_flight, dropped in calls:
        now += step_s
        before = state.limit
        state = gradient.after_call(state, now, duration_s=duration_s, in_flight=in_flight, dropped=dropped)
        assert gradient.lowest <= state.limit <= gradient.highest
        assert before / 2 <= state.limit <= before + gradient.queue + 1e-9
        assert not dropped or state.limit <= before
