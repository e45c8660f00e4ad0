"""Two traces compared: chosen by pasting or from a list, and the difference is found without reading everything."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def pair(server):
    """A short and a long trace of the same operation, neither failed."""
    asked = {"service": "checkout", "operation": "POST /api/orders", "status": "unset", "start": "-2h"}
    fast, slow = (
        server.ask("/sonde/traces", sort=sort, limit=1, **asked)["traces"][0] for sort in ("shortest", "longest")
    )
    return fast, slow


def test_a_trace_is_pasted_and_a_similar_one_chosen(page, pair):
    _, slow = pair
    page.goto("/compare")
    page.get_by_label("Trace a").fill("no id")
    expect(page.get_by_role("button", name="Use it")).to_be_disabled()
    page.get_by_label("Trace a").fill(f"http://somewhere/trace/{slow['trace_id']}?view=flame")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"a={slow['trace_id']}"))
    page.locator("section.panel", has_text="Fast ones").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"a={slow['trace_id']}&b=[0-9a-f]{{32}}"))
    expect(page.get_by_role("article", name="Trace a")).to_contain_text(slow["root_name"])
    expect(page.locator(".compare-verdict")).to_contain_text(re.compile("less than a|the same time"))


def test_differences_are_walked_with_keys_and_kept_in_the_address(page, pair):
    fast, slow = pair
    page.goto(f"/compare?a={fast['trace_id']}&b={slow['trace_id']}")
    tree = page.get_by_role("listbox", name="Merged tree of both traces")
    expect(tree.get_by_role("option").first).to_contain_text(fast["root_name"])
    expect(page.locator(".compare-verdict")).to_contain_text("longer than a")
    everything = tree.get_by_role("option").count()
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("only=1"))
    assert 0 < tree.get_by_role("option").count() <= everything
    page.keyboard.press("j")
    expect(tree.get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"node=\d+"))
    page.keyboard.press("x")
    expect(page).to_have_url(re.compile(f"a={slow['trace_id']}&b={fast['trace_id']}"))
    expect(page.locator(".compare-verdict")).to_contain_text("less than a")


def test_the_largest_cause_leads_to_its_place_and_to_the_span(page, pair):
    fast, slow = pair
    page.goto(f"/compare?a={fast['trace_id']}&b={slow['trace_id']}")
    page.locator(".compare-causes button").first.click()
    expect(page.get_by_role("listbox").get_by_role("option", selected=True)).to_be_visible()
    page.get_by_role("button", name="Open in trace b").click()
    expect(page).to_have_url(re.compile(f"/trace/{slow['trace_id']}\\?.*span=[0-9a-f]{{16}}"))


def test_a_trace_beside_itself_has_no_differences(page, pair):
    fast, _ = pair
    page.goto(f"/compare?a={fast['trace_id']}&b={fast['trace_id']}&only=1")
    expect(page.locator(".compare-verdict")).to_have_text("Both are the same trace.")
    expect(page.locator(".empty-title")).to_have_text("No differences")


def test_an_unknown_trace_is_said_so(page, pair):
    page.goto(f"/compare?a={pair[0]['trace_id']}&b={'0' * 31}9")
    expect(page.get_by_role("alert")).to_contain_text("no span of trace")
    page.expected_errors.clear()
