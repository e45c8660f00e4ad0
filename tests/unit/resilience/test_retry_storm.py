"""The claim of the documentation's picture: jitter lets a server recover sooner, and a budget sooner still with less load."""

import pytest
from benchmarks.retry_storm import IMAGE, STRATEGIES, Scene, drawing, simulate


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_jitter_shortens_a_storm_and_a_budget_prevents_it(seed):
    plain, jitter, budget = (simulate(strategy, Scene(clients=100, capacity=30, seed=seed)) for strategy in STRATEGIES)
    assert budget.recovered_s <= jitter.recovered_s < plain.recovered_s
    assert budget.recovered_s == 0
    assert plain.recovered_s > 10
    assert budget.retries < 0.5 * min(plain.retries, jitter.retries)
    # while the server is away jitter evens out the requests: without it there are seconds with everyone and with no one
    assert max(plain.requests[12:20]) >= 100
    assert min(plain.requests[12:20]) == 0
    assert 0 < min(jitter.requests[12:20]) <= max(jitter.requests[12:20]) < 100
    # the price, which the documentation names: a budget gives calls up
    assert budget.failed > 0
    assert plain.failed == jitter.failed == 0


def test_the_picture_is_what_the_script_draws():
    scene = Scene()
    assert IMAGE.read_text(encoding="utf-8") == drawing({s.title: simulate(s, scene) for s in STRATEGIES}, scene)
