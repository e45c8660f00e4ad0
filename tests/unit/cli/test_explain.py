"""`sonde explain`: one code with its advice, all that a number can be, lists, and what is said of a code that nobody knows."""

from __future__ import annotations

import json

import pytest

from sonde.core.conditions import families, table
from sonde.core.errors import NotFoundError, ValidationError


def test_a_code_with_its_advice_within_the_terminal(sonde):
    ended = sonde("explain", "ECONNREFUSED")
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert lines[0] == "errno.ECONNREFUSED  Connection refused: nothing listens there"
    assert lines[1:4] == ["category    network", "severity    warning", "try again   yes, it may succeed later"]
    assert lines[4].startswith("what to do  Start the server")
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines[4:]).split()) == f"what to do {table()['errno.ECONNREFUSED'].advice}"


def test_good_news_needs_no_other_attempt(sonde):
    assert "try again   not needed" in sonde("explain", "http", "200").out


def test_a_number_is_told_as_everything_that_it_can_be(sonde):
    ended = sonde("explain", "14")
    assert ended.code == 0
    assert "grpc.UNAVAILABLE" in ended.out
    assert "signal.SIGALRM" in ended.out
    assert "'14' can be any of these" in ended.err


@pytest.mark.parametrize("words", [["http.503"], ["HTTP", "503"], ["503"]])
def test_json_is_a_line_for_each(sonde, words):
    ended = sonde("explain", *words, "--json")
    row = json.loads(ended.out)
    assert (row["code"], row["category"], row["severity"], row["retryable"]) == (
        "http.503",
        "unavailable",
        "warning",
        True,
    )
    assert row["advice"] == table()["http.503"].advice


def test_without_a_code_the_families_with_their_counts(sonde):
    ended = sonde("explain")
    assert f"{len(table()):,} conditions" in ended.err
    listed = {line.split()[0]: line.split()[1] for line in ended.out.splitlines()[1:]}
    assert listed == {family.name: str(len(family.conditions)) for family in families()}
    rows = [json.loads(line) for line in sonde("explain", "--json").out.splitlines()]
    assert sum(row["conditions"] for row in rows) == len(table())


def test_a_family_is_listed(sonde):
    ended = sonde("explain", "drop")
    assert [line.split()[0] for line in ended.out.splitlines()[1:]] == [
        code for code in table() if code.startswith("drop.")
    ]


def test_words_are_searched(sonde):
    found = sonde("explain", "--search", "OOM killer").out
    assert "signal.SIGKILL" in found
    assert "exit.137" in found
    nothing = sonde("explain", "--search", "qqqqqq")
    assert nothing.code == NotFoundError.traits.exit_code
    assert "no condition speaks of 'qqqqqq'" in nothing.err


def test_an_unknown_code_is_answered_with_the_nearest(sonde):
    ended = sonde("explain", "ECONREFUSED")
    assert ended.code == NotFoundError.traits.exit_code
    assert ended.out == ""
    assert "no condition is called 'ECONREFUSED'" in ended.err
    assert "Did you mean errno.ECONNREFUSED" in ended.err
    assert "Did you mean" not in sonde("explain", "qqqqqqqqqq").err


def test_a_code_and_a_search_are_one_too_many(sonde):
    assert sonde("explain", "14", "--search", "x").code == ValidationError.traits.exit_code


def test_help_fits_and_shows_examples(sonde):
    ended = sonde("explain", "--help")
    assert "Examples:\n  sonde explain" in ended.out
    assert max(len(line) for line in ended.out.splitlines()) <= 90
