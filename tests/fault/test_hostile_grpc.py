"""A small share of the hostile gRPC run, so that a change which lets one client hurt the door is met at once.

`make fault` runs it with half a million mutated sessions (`python -m tests.fault.hostile_grpc`).
"""

import pytest

from fault.hostile_grpc import Mutations, run_attacks


@pytest.mark.parametrize("seed", range(4))
def test_mutated_sessions(seed):
    mutations = Mutations(seed)
    try:
        found = mutations.run(700)
    finally:
        mutations.close()
    assert found["answered"] > 0
    assert found["goaway"] > 0


def test_attacks_leave_an_honest_client_alone():
    found = run_attacks(1)
    assert found["honest calls"] > 10
    assert found["refused"]["http2_fault"] > 5
