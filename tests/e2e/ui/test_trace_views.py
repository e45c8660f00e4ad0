"""A trace seen otherwise than as a waterfall: what each view shows is the same trace, and each leads back to a span."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def checkout(server):
    """A checkout that went through several services."""
    found = server.ask("/sonde/traces", service="payment", sort="most_spans", limit=1, start="-2h")["traces"]
    return found[0]


def opened(page, trace, view):
    page.goto(f"/trace/{trace['trace_id']}?view={view}")
    expect(page.get_by_role("tab", name=view.capitalize())).to_have_attribute("aria-selected", "true")


def test_a_flame_graph_is_walked_and_zoomed_with_keys(page, checkout):
    opened(page, checkout, "flame")
    graph = page.get_by_role("group", name=re.compile(f"Flame graph of {checkout['spans']} spans"))
    graph.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".flame-chart [aria-live]")).to_contain_text(checkout["root_name"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("zoom=[0-9a-f]{16}"))
    expect(page.get_by_role("navigation", name="Zoom").get_by_role("button").first).to_have_text("Whole trace")
    graph.focus()
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("zoom="))


def test_a_click_in_the_flame_graph_selects_the_span(page, checkout):
    opened(page, checkout, "flame")
    page.get_by_role("group", name=re.compile("Flame graph")).click(position={"x": 6, "y": 8})
    expect(page).to_have_url(re.compile("span=[0-9a-f]{16}"))


def test_the_flame_graph_by_path_marks_what_is_searched(page, checkout):
    opened(page, checkout, "flame")
    page.get_by_role("button", name="Aggregated").click()
    expect(page).to_have_url(re.compile("flame=aggregated"))
    page.get_by_role("searchbox", name=re.compile("Mark boxes")).fill("payment")
    expect(page.locator(".flame-bar")).to_contain_text(re.compile(r"[1-9]\d* marked"))
    page.reload()
    expect(page.get_by_role("searchbox", name=re.compile("Mark boxes"))).to_have_value("payment")
    page.get_by_role("group", name=re.compile("Flame graph")).hover(position={"x": 40, "y": 8})
    expect(page.locator(".chart-tip")).to_contain_text(checkout["root_name"])


def test_the_table_sums_up_by_service_and_leads_to_a_span(page, checkout):
    opened(page, checkout, "spans")
    page.get_by_role("group", name="Group by").get_by_role("button", name="Service").click()
    table = page.get_by_role("region", name="Spans by service")
    expect(table.get_by_role("row")).to_have_count(1 + len(checkout["services"]))
    table.get_by_role("button", name="Spans").click()
    most = checkout["services"][0]
    first = table.get_by_role("row").nth(1)
    expect(first).to_contain_text(str(most["spans"]))
    table.get_by_role("row", name=re.compile("payment")).click()
    members = page.get_by_role("region", name=re.compile("payment.*: spans"))
    expect(members.get_by_role("row").nth(1)).to_contain_text("payment")
    members.get_by_role("row").nth(1).click()
    expect(page.get_by_role("tab", name="Waterfall")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile("span=[0-9a-f]{16}"))


def test_the_service_graph_draws_and_lists_the_calls(page, checkout):
    opened(page, checkout, "graph")
    expect(page.get_by_role("img", name=re.compile(f"^{len(checkout['services'])} services"))).to_be_visible()
    calls = page.get_by_role("region", name="Calls between services")
    call = calls.get_by_role("row", name=re.compile("checkout.*payment"))
    expect(call).to_be_visible()
    call.click()
    expect(page).to_have_url(re.compile("span=[0-9a-f]{16}"))
