"""No sequence of events brings a circuit into an illegal state, and half-open never admits more than its quota."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sonde.core.clock import ManualClock
from sonde.resilience import Breaker, BreakerSettings, LastCalls, LastSeconds, Phase

LEGAL = {
    (Phase.CLOSED, Phase.OPEN),
    (Phase.OPEN, Phase.HALF_OPEN),
    (Phase.HALF_OPEN, Phase.OPEN),
    (Phase.HALF_OPEN, Phase.CLOSED),
}
SETTINGS = st.builds(
    BreakerSettings,
    consecutive_failures=st.none() | st.integers(1, 4),
    failure_rate=st.none() | st.sampled_from([0.2, 0.5, 1.0]),
    slow_call_s=st.none() | st.just(2.0),
    slow_rate=st.sampled_from([0.5, 1.0]),
    window=st.sampled_from([LastCalls(1), LastCalls(8), LastSeconds(10.0)]),
    minimum_calls=st.integers(1, 6),
    open_s=st.just(30.0),
    half_open_calls=st.integers(1, 3),
    half_open_successes=st.integers(1, 4),
    probe_s=st.sampled_from([5.0, 60.0]),
)


class Circuit(RuleBasedStateMachine):
    """A breaker, with calls that overlap, come back in any order, late or never; time passes and the wall clock jumps."""

    @initialize(given=SETTINGS)
    def begin(self, given):
        self.settings = given
        self.clock = ManualClock()
        self.breaker = Breaker(given, self.clock)
        self.changes = []
        self.breaker.listen(lambda before, after: self.changes.append((before, after)))
        self.under_way = []
        self.opened_at = None

    @rule()
    def call(self):
        before, now = self.breaker.state, self.clock.monotonic()
        admitted = self.breaker.admit()
        if before is Phase.CLOSED:
            assert admitted
        if before is Phase.OPEN:
            assert (admitted is not None) == (now - self.opened_at >= self.settings.open_s)
        if admitted:
            self.under_way.append(admitted)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), success=st.booleans(), duration_s=st.sampled_from([0.0, 1.0, 5.0]))
    def end(self, data, success, duration_s):
        admitted = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        before, period = self.breaker.state, self.breaker._circuit.period
        self.breaker.record(success, duration_s, admitted)
        if admitted.period != period:
            assert self.breaker.state is before

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def cancel(self, data):
        self.breaker.abandon(self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1))))

    @rule(seconds=st.sampled_from([0.1, 3.0, 29.9, 61.0]), wall=st.sampled_from([0.0, -3600.0, 3600.0]))
    def wait(self, seconds, wall):
        self.clock.advance(seconds)
        self.clock.jump(wall)

    @rule()
    def reset(self):
        self.breaker.reset()
        assert self.breaker.state is Phase.CLOSED
        self.changes.clear()

    @invariant()
    def changes_are_legal(self):
        assert set(self.changes) <= LEGAL
        if self.breaker.state is Phase.OPEN and (Phase.OPEN in {after for _, after in self.changes}):
            self.opened_at = self.breaker._circuit.since
        self.changes.clear()

    @invariant()
    def quota_is_kept(self):
        circuit = self.breaker._circuit
        assert len(circuit.probes) <= self.settings.half_open_calls
        assert circuit.phase is Phase.HALF_OPEN or not circuit.probes
        now = self.clock.monotonic()
        living = [
            admitted
            for admitted in self.under_way
            if admitted.probe and admitted.period == circuit.period and now - admitted.since < self.settings.probe_s
        ]
        assert len(living) <= self.settings.half_open_calls

    @invariant()
    def figures_are_sane(self):
        figures = self.breaker.statistics()
        assert 0 <= figures.recent.failures <= figures.recent.calls
        assert 0 <= figures.recent.slow <= figures.recent.calls
        assert 0 <= figures.retry_after_s <= self.settings.open_s
        assert figures.succeeded + figures.failed <= figures.admitted


TestCircuit = Circuit.TestCase
TestCircuit.settings = settings(max_examples=60, stateful_step_count=40)
