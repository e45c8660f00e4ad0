"""A condition on an attribute reads no more maps than can hold it: reading them is most of what a search costs."""

import pytest

from sonde.query.located import TRACE_COLUMNS, located


class Catalogue:
    """A source that knows attributes by key and level."""

    def __init__(self, *known):
        self.known = known

    def rows(self, sql, parameters):
        return [{"Key": key, "Level": level} for key, level in self.known if key in parameters["names"]]


@pytest.mark.parametrize(
    ("known", "columns"),
    [
        (["record"], {"SpanAttributes"}),
        (["resource"], {"ResourceAttributes"}),
        (["record", "scope"], {"SpanAttributes", "ScopeAttributes"}),
        ([], {"SpanAttributes", "ResourceAttributes"}),
        (["event"], {"SpanAttributes", "ResourceAttributes"}),
    ],
)
def test_a_key_is_looked_for_where_it_was_seen(known, columns):
    (one,) = located(Catalogue(*(("tier", level) for level in known)), ["tier=gold"], TRACE_COLUMNS)
    assert set(one.maps) == columns


def test_a_named_level_is_looked_at_whatever_was_seen():
    (one,) = located(Catalogue(("tier", "record")), ["resource.tier=gold"], TRACE_COLUMNS)
    assert one.maps == ("ResourceAttributes",)
