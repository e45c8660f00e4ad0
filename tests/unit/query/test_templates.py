"""Templates decide what counts as the same message: engine and Python must make the same ones, of any text."""

import pytest

from sonde.query.filters import Filter
from sonde.query.templates import LONGEST, add_pattern, labelled, template, template_sql

UUID = "5b8efff7-9803-8103-d269-b633813fc60c"
TABLE = [
    ("Order 17 paid in 12.5ms by user-9", "Order <*> paid in <*> by user-<*>", "Order <num> paid in <duration> by user-<num>"),
    (f"cart {UUID} is empty", "cart <*> is empty", "cart <uuid> is empty"),
    (f"/users/{UUID}/orders/42?page=3", "/users/<*>/orders/<*>?page=<*>", "/users/<uuid>/orders/<num>?page=<num>"),
    ("refused by 10.0.0.1:5432", "refused by <*>", "refused by <ip>"),
    ("peer fe80::1 and 2001:db8::8a2e:370:7334", "peer <*> and <*>", "peer <ip> and <ip>"),
    ("can't find \"a b\" nor 'c d', won't try", "can't find <*> nor <*>, won't try", "can't find <text> nor <text>, won't try"),
    ("\x1b[31mERROR\x1b[0m after 3 tries", "<*>ERROR<*> after <*> tries", "ERROR after <num> tries"),
    ("at 2026-03-01T12:00:00.123+01:00 or 12:30:45,5", "at <*> or <*>", "at <time> or <time>"),
    ("trace a1b2c3d4e5f6a7b8 at 0xdeadBEEF, session_ab12cd34", "trace <*> at <*>, session<*>", "trace <hex> at <hex>, session<hex>"),
    ("took 5µs, 5μs, 1h2m3s, 1.2e-05, 50%, 5KiB", "took <*>, <*>, <*>, <*>, <*>, <*>", "took <duration>, <duration>, <duration>, <num>, <num>, <size>"),
    ("mail to a.b+c@example.co.uk sent", "mail to <*> sent", "mail to <email> sent"),
    ("std::string add::b Überlast größer", "std::string add::b Überlast größer", None),
    ('{"event": "a \\" b", "n": -5e3, "l":[1,"]"], "o":{"ok":true}}', '{"event":<*>, "n":<*>, "l":<*>"], "o":{"ok":<*>}}', None),
    ('{"cut": "' + "x" * 1000, '{"cut":<*>', None),
    ("Traceback (most recent call last):\n  File 17", "Traceback (most recent call last):", None),
    ("", "", None),
    ("\n\n1", "", None),
    ("100% _done_ \\ {p0} @otel_logs ?", "<*> _done_ \\ {p<*>} @otel_logs ?", "<num> _done_ \\ {p<num>} @otel_logs ?"),
    ("<*> and <any>", "<*> and <any>", None),
    ("nul \0 tab \t bell \a bidi \u202e end", "nul \0 tab \t bell \a bidi \u202e end", None),
    ("é" * 1_000_000, "é" * LONGEST, None),
    ("'" * 5000, "'" * LONGEST, "anything"),
    ('"' + "9a " * 100_000, None, "anything"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "shown"), TABLE)
def test_templates_and_labels(text, expected, shown):
    made = template(text)
    if shown != "anything":
        assert made == expected
        assert labelled(made, [text]) == (shown or expected)


def test_the_engine_makes_the_same_templates(store):
    rows = store.engine.query(
        f"SELECT {template_sql('text')} AS made FROM (SELECT arrayJoin({{texts:Array(String)}}) AS text)",
        {"texts": [text for text, _, _ in TABLE]},
    )
    assert [row["made"] for row in rows] == [template(text) for text, _, _ in TABLE]


@pytest.mark.parametrize("text", [text for text, _, _ in TABLE if template(text)])
def test_a_template_finds_its_texts_and_no_others(store, text):
    others = [other for other, _, _ in TABLE if template(other) != template(text)]
    given = Filter()
    add_pattern(given, "text", template(text))
    unwanted = Filter()
    add_pattern(unwanted, "text", template(text), unwanted=True)
    sql = "SELECT count() AS n FROM (SELECT arrayJoin({{texts:Array(String)}}) AS text) WHERE {}"
    for asked, expected in ((given, 1), (unwanted, len(others))):
        rows = store.engine.query(sql.format(asked.sql), asked.parameters | {"texts": [text, *others]})
        assert rows == [{"n": expected}]


def test_a_merged_pattern_finds_all_its_texts(store):
    given = Filter()
    add_pattern(given, "text", "user=<any>, logged in from <*> (a%_)")
    texts = [
        "user=alice, logged in from 10.0.0.1 (a%_)",
        "user=bob, logged in from 9 (a%_)",
        "user=bob logged in from 9 (a%_)",
    ]
    rows = store.engine.query(
        f"SELECT text FROM (SELECT arrayJoin({{texts:Array(String)}}) AS text) WHERE {given.sql}",
        given.parameters | {"texts": texts},
    )
    assert [row["text"] for row in rows] == texts[:2]


def test_labels_say_only_what_the_examples_agree_on():
    assert labelled("id <*> of <*>", ["id 5 of 10.0.0.1", f"id {UUID} of 10.0.0.2"]) == "id <*> of <ip>"
    assert labelled("id <*> of <*>", ["something else"]) == "id <*> of <*>"
    assert labelled("user <any> has <*>", ["user bob has 5"]) == "user <any> has <*>"
