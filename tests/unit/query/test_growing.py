"""A leak is found by its shape: a growth that goes on, and neither a warm-up nor the saw of a garbage collector."""

import pytest

from sonde.query.growing import growth_of
from stored import T0

S = 10**9


def points(levels):
    return [(n * S, float(level)) for n, level in enumerate(levels)]


@pytest.mark.parametrize(
    ("levels", "grows"),
    [
        ([100 + n for n in range(100)], True),
        ([100] * 40 + [100 + 10 * n for n in range(20)], True),
        ([100] * 60, False),
        ([50] + [100] * 59, False),
        ([100 + (n % 10) * 20 for n in range(60)], False),
        ([100 + n / 10 for n in range(60)], False),
        ([200 - n for n in range(60)], False),
        ([0] * 10 + [1] * 10, False),
        ([1, 2, 3], False),
        ([100 + 10 * n for n in range(40)] + [100] * 5, True),
        ([], False),
    ],
    ids=[
        "grows",
        "leaks late",
        "flat",
        "warms up",
        "saw",
        "hardly",
        "shrinks",
        "from zero",
        "too short",
        "fell again",
        "none",
    ],
)
def test_shapes(levels, grows):
    assert (growth_of(points(levels)) is not None) is grows


def test_levels_are_those_of_the_ends():
    low, high = growth_of(points([180] * 20 + [180 + 16 * n for n in range(20)]))
    assert low == 180
    assert high == 484


@pytest.fixture(scope="module", autouse=True)
def metrics(desk):
    def memory(service, levels, **more):
        desk.metric(
            "process.memory.usage",
            more.pop("kind", "gauge"),
            [{"at_s": 10 * n, "as_double": float(level) * 2**20} for n, level in enumerate(levels)],
            service=service,
            unit="By",
            **more,
        )

    memory("recommendation", [180 + 10 * n for n in range(33)])
    memory("cart", [120] * 60)
    memory("shipping", [100 + 5 * n for n in range(60)], kind="sum", aggregation_temporality=2)
    memory("counter", [100 + 5 * n for n in range(60)], kind="sum", aggregation_temporality=2, is_monotonic=True)


def test_what_grows_is_found_in_gauges_and_sums(query):
    shipping, recommendation = query.growing(T0, T0 + 600 * S)
    assert (shipping.service, shipping.has_ended) == ("shipping", False)
    assert shipping.factor > recommendation.factor > 2
    assert (recommendation.service, recommendation.unit, recommendation.has_ended) == ("recommendation", "By", True)
    assert query.growing(T0 + 3600 * S, T0 + 7200 * S) == []
