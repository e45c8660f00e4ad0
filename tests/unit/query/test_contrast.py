"""A ranking is believed: chance must not make it, and the answer must be first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.query.contrast import contrasts, difference


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_difference_is_a_share_and_has_no_side(a, more_a, b, more_b):
    one = difference(a, a + more_a, b, b + more_b)
    assert 0 <= one <= 1
    assert one == pytest.approx(difference(b, b + more_b, a, a + more_a))


def test_a_handful_never_outranks_a_thousand():
    assert difference(2, 2, 500, 1000) == 0
    assert difference(1000, 1000, 500, 1000) > 0.4
    assert difference(0, 0, 5, 10) == 0


def test_the_telling_key_is_first_causes_before_outcomes_and_chance_scores_nothing():
    counted = {
        "span.provider": {"north": (100, 350), "east": (0, 250)},
        "span.country": {"DE": (55, 300), "FR": (45, 300)},
        "span.error.type": {"Timeout": (100, 0)},
    }
    found = contrasts(counted, 100, 600, {})
    assert [one.key for one in found] == ["span.provider", "span.country", "span.error.type"]
    assert found[0].values[0].value in {"north", "east"}
    assert found[1].score == 0
    assert found[2].is_outcome


def test_a_key_that_only_one_side_carries_tells():
    (found,) = contrasts({"span.retry": {"1": (90, 0)}}, 100, 1000, {})
    assert found.score > 0.7
    assert (found.selected_coverage, found.rest_coverage) == (0.9, 0.0)


def test_ranges_of_numbers_are_in_order_and_say_their_ends():
    (found,) = contrasts({"span.size": {"2": (5, 1), "0": (1, 5), "1": (3, 3)}}, 9, 9, {"span.size": [10.0, 100.0]})
    assert [(one.value, one.least, one.below) for one in found.values] == [
        ("< 10", None, 10.0),
        ("10 to 100", 10.0, 100.0),
        ("≥ 100", 100.0, None),
    ]
