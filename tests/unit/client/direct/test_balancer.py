"""The balancer must give every fit server its share, spare the others, and keep a trace where it was."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.client.direct.balancer import BALANCES, FITNESS, Balancer, Member
from sonde.core.errors import ConfigError
from sonde.resilience import Phase


def members(count, weights=None):
    return [Member(f"server-{index}:4318", weight) for index, weight in enumerate(weights or [1.0] * count)]


def balancer(balance, count=3, weights=None, seed=7):
    return Balancer(members(count, weights), balance, random.Random(seed).random)


def knock_out(machine, index, now):
    for _ in range(FITNESS.consecutive_failures):
        machine.failed(machine.started(index, now), now)


def picks(machine, count, now=0.0):
    chosen = Counter()
    for _ in range(count):
        index = machine.pick(now)
        machine.succeeded(machine.started(index, now), now)
        chosen[index] += 1
    return chosen


def test_round_robin_gives_each_the_same():
    assert set(picks(balancer("round_robin"), 30).values()) == {10}


@settings(max_examples=50)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_weights_are_met_exactly_over_each_round(weights):
    machine = balancer("weighted", len(weights), [float(weight) for weight in weights])
    assert picks(machine, 3 * sum(weights)) == {index: 3 * weight for index, weight in enumerate(weights)}


def test_weighted_turns_are_interleaved():
    machine = balancer("weighted", 3, [5.0, 1.0, 1.0])
    turns = [machine.pick(0.0) for _ in range(7)]
    assert turns == [0, 0, 1, 0, 2, 0, 0]  # the example of nginx's own commit message


def test_two_choices_avoid_the_busiest():
    machine = balancer("least_in_flight", 4)
    for _ in range(50):
        machine.started(0, 0.0)
    assert picks(machine, 300)[0] == 0


def test_two_choices_reach_everyone():
    chosen = picks(balancer("least_in_flight", 4), 400)
    assert all(chosen[index] > 40 for index in range(4))


def test_failover_prefers_the_first_and_returns_to_it():
    machine = balancer("failover")
    assert machine.pick(0.0) == 0
    knock_out(machine, 0, 0.0)
    assert machine.pick(0.0) == 1
    knock_out(machine, 1, 0.0)
    assert machine.pick(0.0) == 2
    later = FITNESS.open_s
    probe = machine.started(machine.pick(later), later)
    assert probe.index == 0
    assert machine.pick(later) == 1, "one request at a time tries a server that failed"
    machine.succeeded(probe, later)
    assert machine.pick(later) == 0
    assert machine.phases[0] is Phase.CLOSED


def test_a_failed_probe_makes_it_rest_again():
    machine = balancer("failover", 2)
    knock_out(machine, 0, 0.0)
    later = FITNESS.open_s
    machine.failed(machine.started(0, later), later)
    assert machine.pick(later + FITNESS.open_s - 0.1) == 1
    assert machine.pick(later + FITNESS.open_s) == 0


def test_an_abandoned_probe_frees_its_place():
    machine = balancer("failover", 2)
    knock_out(machine, 0, 0.0)
    machine.abandoned(machine.started(0, FITNESS.open_s))
    assert machine.pick(FITNESS.open_s) == 0
    assert machine.in_flight == (0, 0)


def test_a_server_that_asked_for_peace_gets_it():
    machine = balancer("failover", 2)
    machine.failed(machine.started(0, 0.0), 0.0, hint_s=60.0)
    assert machine.pick(59.0) == 1
    assert machine.pick(60.0) == 0


def test_an_absurd_wait_is_cut():
    machine = balancer("failover", 2)
    machine.failed(machine.started(0, 0.0), 0.0, hint_s=1e9)
    assert machine.pick(301.0) == 0


def test_when_all_rest_the_one_that_is_ready_soonest_is_tried():
    machine = balancer("round_robin", 3)
    for at, index in enumerate((1, 2, 0)):
        knock_out(machine, index, float(at))
    assert machine.pick(2.5) == 1
    assert machine.pick(2.5, {1}) is None, "a request that failed already is not sent on to the unfit"


@settings(max_examples=100)
@given(
    st.sampled_from(BALANCES),
    st.integers(1, 5),
    st.lists(
        st.tuples(st.sampled_from(["ok", "fail", "hint", "abandon", "pass time"]), st.integers(0, 4)), max_size=40
    ),
)
def test_nobody_unfit_is_chosen_while_someone_is_fit(balance, count, events):
    machine, now, down_until, opened_at = balancer(balance, count), 0.0, [0.0] * count, [0.0] * count
    for event, which in events:
        index = which % count
        if event == "pass time":
            now += 1.0
            continue
        ticket, before = machine.started(index, now), machine.phases[index]
        if event == "ok":
            machine.succeeded(ticket, now)
        elif event == "abandon":
            machine.abandoned(ticket)
        else:
            machine.failed(ticket, now, hint_s=3.0 if event == "hint" else None)
            if event == "hint":
                down_until[index] = now + 3.0
        if before is not Phase.OPEN and machine.phases[index] is Phase.OPEN:
            opened_at[index] = now
        resting = {i for i in range(count) if machine.phases[i] is Phase.OPEN and now < opened_at[i] + FITNESS.open_s}
        resting |= {i for i in range(count) if now < down_until[i]}
        for chosen in (machine.pick(now), machine.owners([b"k" * 16], now)[b"k" * 16]):
            assert chosen not in resting or len(resting) == count
    assert machine.in_flight == (0,) * count


_ids = random.Random(1)
TRACES = [_ids.randbytes(16) for _ in range(2000)]


def test_traces_are_spread_evenly_and_always_alike():
    first, other = balancer("trace_id", 4), balancer("trace_id", 4, seed=99)
    owners = first.owners(TRACES, 0.0)
    assert owners == other.owners(TRACES, 0.0)
    assert all(400 < share < 600 for share in Counter(owners.values()).values())


def test_traces_follow_the_weights():
    owners = balancer("trace_id", 2, [3.0, 1.0]).owners(TRACES, 0.0)
    assert 1400 < Counter(owners.values())[0] < 1600


@settings(max_examples=20)
@given(st.integers(2, 6), st.data())
def test_a_server_that_leaves_moves_no_trace_but_its_own(count, data):
    leaving = data.draw(st.integers(0, count - 1))
    machine = balancer("trace_id", count)
    keys = TRACES[:200]
    before = machine.owners(keys, 0.0)
    knock_out(machine, leaving, 0.0)
    after = machine.owners(keys, 0.0)
    moved = {key for key in keys if before[key] != after[key]}
    assert moved == {key for key in keys if before[key] == leaving}


@pytest.mark.parametrize("wrong", [-1.0, 0.0, float("inf"), float("nan")])
def test_a_weight_must_be_above_zero(wrong):
    with pytest.raises(ConfigError, match=r"weight of endpoint server-0:4318"):
        balancer("weighted", 1, [wrong])


def test_no_server_and_an_unknown_way_are_refused():
    with pytest.raises(ConfigError, match="no endpoint"):
        balancer("round_robin", 0)
    with pytest.raises(ConfigError, match="use one of round_robin"):
        balancer("fastest")


def test_among_the_resting_a_named_wait_counts_like_a_rest():
    machine = balancer("round_robin", 2)
    knock_out(machine, 0, 0.0)
    machine.failed(machine.started(1, 0.0), 0.0, hint_s=FITNESS.open_s - 2)
    assert machine.pick(1.0) == 1
    machine.failed(machine.started(1, 1.0), 1.0, hint_s=FITNESS.open_s + 60)
    assert machine.pick(2.0) == 0
