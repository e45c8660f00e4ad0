"""A short form of the hostile run against the HTTP door, so that a change which answers wrongly or leaks is met at once."""

from fault.hostile_http import run


def test_hostile_requests_are_refused_and_honest_ones_are_not():
    found = run(count=1500, seed=5)
    assert not found["wrong"], found
    assert found["honest"] > 10
