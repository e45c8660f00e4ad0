"""Which spans a waterfall shows: alike ones together, deep ones left out, errors never, and everything counted."""

from __future__ import annotations

import pytest

from sonde.cli.spantree import pattern_of, rows_of, tree_of
from unit.cli.example_traces import bushy, chain, checkout, span


def shown(rows):
    """How many spans the rows stand for: shown, collapsed (with what is below them), and left out."""
    counted = 0
    for row in rows:
        if row.node is None:
            counted += row.hidden
        elif row.members:
            counted += sum(member.size for member in row.members) - row.node.size + 1
        else:
            counted += 1
    return counted


def test_preorder_with_depths_becomes_trees():
    roots = tree_of(
        [
            span("a", "s", 0, 0, 9),
            span("b", "s", 1, 0, 1),
            span("c", "s", 2, 0, 1),
            span("d", "s", 1, 2, 1),
            span("e", "s", 0, 9, 1),
        ]
    )
    assert [root.span["name"] for root in roots] == ["a", "e"]
    assert [child.span["name"] for child in roots[0].children] == ["b", "d"]
    assert (roots[0].size, roots[1].size) == (4, 1)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("GET /item/123", "GET /item/*"), ("cart:deadbeef99", "cart:*"), ("SELECT", "SELECT"), ("v2/a1b2", "v*/a*b*")],
)
def test_numbers_do_not_make_names_different(name, pattern):
    assert pattern_of(name) == pattern


def test_alike_siblings_share_a_row_also_when_others_are_between():
    spans = [span("root", "s", 0, 0, 100)]
    for index in range(5):
        spans += [
            span(f"GET /item/{index}", "s", 1, index * 10, 5 + index),
            span(f"set {'xyzuv'[index]}", "s", 1, index * 10 + 6, 1),
        ]
    rows = rows_of(tree_of(spans))
    assert [len(row.members) for row in rows] == [0, 5, 0, 0, 0, 0, 0]
    assert rows[1].node.span["name"] == "GET /item/4", "the slowest one stands for all"
    assert shown(rows) == len(spans)


def test_what_failed_is_not_alike_to_what_did_not():
    spans = [span("root", "s", 0, 0, 100), *(span("call", "s", 1, index, 1) for index in range(6))]
    spans[3] = span("call", "s", 1, 2, 1, status="Error")
    rows = rows_of(tree_of(spans))
    assert [(len(row.members), row.node.is_error) for row in rows[1:]] == [(5, False), (0, True)]


@pytest.mark.parametrize("make", [checkout, bushy, chain])
@pytest.mark.parametrize("limit", [5, 50, 200])
def test_every_span_is_shown_collapsed_or_counted(make, limit):
    answer = make()
    rows = rows_of(tree_of(answer["spans"]), max_rows=limit)
    assert len(rows) <= limit + 1
    assert shown(rows) == len(answer["spans"])


def test_an_error_below_the_depth_limit_keeps_its_way():
    rows = rows_of(tree_of(bushy()["spans"]), max_rows=100)
    assert any(row.node and row.node.is_error for row in rows)
    assert sum(row.node is not None for row in rows) == 22


def test_nothing_is_left_out_when_all_is_asked_for():
    rows = rows_of(tree_of(checkout()["spans"]), collapse=False)
    assert len(rows) == 47
    assert not any(row.members or row.hidden for row in rows)


def test_a_level_limit_counts_what_is_below():
    rows = rows_of(tree_of(chain(10)["spans"]), max_depth=3)
    assert [row.hidden for row in rows] == [0, 0, 0, 7]
