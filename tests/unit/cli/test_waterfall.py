"""The waterfall as a person sees it: whole pictures at 80 and 140 columns, and what holds for any trace.

The pictures are files beside this one; after a wanted change, look at the new ones and write them with
`SONDE_WRITE_GOLDEN=1 pytest tests/unit/cli/test_waterfall.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rich.cells import cell_len

from sonde.cli.waterfall import WaterfallOptions, waterfall
from unit.cli.example_traces import bushy, chain, checkout, log, span, trace

GOLDEN = Path(__file__).parent / "golden"


def picture(answer, **options):
    return "\n".join(line.plain.rstrip() for line in waterfall(answer, WaterfallOptions(**options))) + "\n"


def troubled():
    """Missing parent, clock skew, copies, a loose log, wide characters, a span that takes no time."""
    spans = [
        span("入口 /注文", "店舗", 0, 0, 80),
        span("half", "store", 1, 10, 0, skew_ms=12.5, copies=2),
        span("orphan", "store", 0, 40, 30, missing_parent=True),
    ]
    return trace(spans, [log("ERROR", 17, "lost\n  its span")])


PICTURES = {
    "checkout_80": (checkout, {"width": 80}),
    "checkout_140": (checkout, {"width": 140}),
    "checkout_details_80": (checkout, {"width": 80, "details": True}),
    "bushy_80": (bushy, {"width": 80}),
    "chain_60": (lambda: chain(40), {"width": 60}),
    "troubled_80": (troubled, {"width": 80}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_as_it_should(name):
    make, options = PICTURES[name]
    drawn = picture(make(), **options)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("SONDE_WRITE_GOLDEN"):
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("make", [checkout, bushy, chain, troubled])
def test_no_line_is_wider_than_the_terminal(make, width):
    for line in waterfall(make(), WaterfallOptions(width=width, details=True)):
        assert cell_len(line.plain) <= width


def test_two_thousand_spans_fit_a_few_screens():
    assert len(picture(bushy()).splitlines()) < 80
    assert len(picture(chain()).splitlines()) < 220


def test_all_of_it_when_asked():
    assert len(picture(bushy(), full=True).splitlines()) > 2001


def test_errors_are_red_and_marked_without_colour_too():
    lines = list(waterfall(checkout(), WaterfallOptions()))
    failed = [line for line in lines if "POST /charge" in line.plain]
    assert "✗" in failed[0].plain
    assert any(str(part.style) == "red" for part in failed[0].spans)


def test_a_log_record_of_no_known_span_is_not_lost():
    assert "no span knows me" in picture(checkout())
