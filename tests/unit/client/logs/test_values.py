"""Anything a log call is handed must come out as OTLP, bounded: a property over hostile values."""

import datetime as dt
import enum
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common._internal import _encode_value

from sonde.client.logs.values import Bounds, clean_text, fit


class Hostile:
    def __str__(self):
        raise RuntimeError("no")

    def __repr__(self):
        return "Hostile()"


class HostileMapping(dict):
    def items(self):
        raise RuntimeError("no")


class Colour(enum.Enum):
    RED = "red"


SMALL = Bounds(text=10, items=3, depth=2)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(1 << 80), 1 << 80), st.floats(), st.binary(max_size=30),
    st.text(st.characters(), max_size=30), st.text(st.sampled_from("a\ud800\udfffé"), max_size=12), st.dates(),
    st.builds(Hostile), st.builds(object), st.builds(lambda: HostileMapping(a=1)), st.sampled_from(Colour), st.uuids(),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(max_size=12), st.integers(), st.none()), inner, max_size=6),
        st.sets(st.integers(), max_size=5),
    ),
    max_leaves=20,
)


def assert_fits(value, depth=0):
    if isinstance(value, dict):
        assert depth < SMALL.depth
        assert len(value) <= SMALL.items
        for name, item in value.items():
            assert type(name) is str
            assert_fits(name)
            assert_fits(item, depth + 1)
    elif isinstance(value, list):
        assert depth < SMALL.depth
        assert len(value) <= SMALL.items
        for item in value:
            assert_fits(item, depth + 1)
    elif isinstance(value, str):
        assert len(value.encode()) >= len(value) <= max(SMALL.text, len("<unreadable>"))
    elif isinstance(value, int) and not isinstance(value, bool):
        assert -(1 << 63) <= value < 1 << 63
    else:
        assert value is None or type(value) in {bool, float, bytes}


@settings(max_examples=100, deadline=None)
@given(values)
def test_everything_fits_and_is_bounded(value):
    fitted = fit(value, SMALL)
    assert_fits(fitted)
    assert _encode_value({"value": fitted}) is not None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("text", "text", id="text"),
        pytest.param(True, True, id="bool"),
        pytest.param(1 << 63, str(1 << 63), id="beyond-64-bits"),
        pytest.param(10**5000, hex(10**5000), id="beyond-printing"),
        pytest.param(dt.date(2026, 1, 2), "2026-01-02", id="date"),
        pytest.param(Colour.RED, "red", id="enum"),
        pytest.param(Path("/a/b"), "/a/b", id="path"),
        pytest.param(uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001", id="uuid"),
        pytest.param((1, "a"), [1, "a"], id="tuple"),
        pytest.param({1: {"b": None}}, {"1": {"b": None}}, id="mapping"),
        pytest.param(bytearray(b"ab"), b"ab", id="bytes"),
        pytest.param(ValueError("bad"), "bad", id="exception"),
        pytest.param(Hostile(), "<unreadable>", id="hostile"),
    ],
)
def test_known_values(value, expected):
    assert fit(value) == expected


def test_what_holds_itself_ends():
    ring = []
    ring.append(ring)
    assert fit(ring, Bounds(depth=2)) == [["[[...]]"]]


def test_half_a_surrogate_becomes_readable():
    assert clean_text("a\ud800", 20) == "a\\ud800"
