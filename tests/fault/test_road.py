"""A short form of the whole-road kill runs, so that a change which loses or doubles records is met at once.

CI runs 200 kills and `make fault` 1,000 (`python -m tests.fault.road`).
"""

import pytest

from fault.road import Road


@pytest.mark.parametrize(("target", "count"), [("all", 2), ("door", 2), ("keeper", 2), ("pause", 1)])
def test_acknowledged_is_kept_exactly_once(tmp_path, target, count):
    road = Road(tmp_path, seed=7)
    try:
        road.run(target, count)
        found = road.verdict()
    finally:
        road.stopping.set()
        road.server.kill()
    assert found["acknowledged"] > 0
    assert (found["lost"], found["doubled"]) == (0, 0), f"{found}\n{road.server.log()}"
    if target == "keeper":
        assert not found["refused"], "a dead keeper must not be noticed at the door"
        assert found["broken"] == 0
