"""Searching traces as people do: typing with completion, chips, a box drawn in the picture, columns, two traces compared."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def traces(page):
    """The view, with its list on screen."""
    page.goto("/traces")
    expect(rows(page).first).to_be_visible()
    return page


def rows(page):
    return page.get_by_role("list", name="Found traces").get_by_role("listitem")


def bar(page):
    return page.get_by_role("combobox", name="Search traces")


def options(page):
    return page.get_by_role("listbox", name="Ways to go on").get_by_role("option")


def chips(page):
    return page.get_by_role("search", name="Search traces").locator(".qb-term")


def test_a_search_is_typed_and_completed_by_keyboard(traces):
    traces.keyboard.press("/")
    expect(bar(traces)).to_be_focused()
    traces.keyboard.type("paym")
    expect(options(traces).first).to_contain_text("payment")
    traces.keyboard.press("Tab")
    expect(chips(traces)).to_have_text(["servicepayment"])
    traces.keyboard.type("stat")
    expect(options(traces).first).to_contain_text("status:")
    traces.keyboard.press("Tab")
    traces.keyboard.press("ArrowDown")
    expect(options(traces).first).to_have_attribute("aria-selected", "true")
    traces.keyboard.press("Enter")
    expect(chips(traces)).to_have_text(["servicepayment", "statuserror"])
    expect(traces).to_have_url(re.compile(r"q=service:payment(\+|%20)status:error"))
    expect(rows(traces).first).to_contain_text("failed")


def test_values_of_attributes_are_offered_with_counts(traces):
    bar(traces).fill("http.request.method=")
    first = options(traces).first
    expect(first).to_contain_text(re.compile(r"(GET|POST).*\d"))
    first.click()
    expect(chips(traces)).to_have_count(1)
    expect(traces).to_have_url(re.compile(r"q=http\.request\.method"))


def test_chips_are_edited_turned_round_and_removed(page):
    page.goto("/traces?q=service:frontend+status:error+timeout")
    expect(chips(page)).to_have_count(3)
    bar(page).click()
    page.keyboard.press("Backspace")
    expect(bar(page)).to_have_value("timeout")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(chips(page)).to_have_count(3)
    page.get_by_role("button", name="Remove timeout").click()
    expect(page).to_have_url(re.compile(r"q=service:frontend(\+|%20)status:error$"))
    chips(page).first.click()
    expect(bar(page)).to_have_value("service:frontend")
    bar(page).fill("service:checkout")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=service:checkout(\+|%20)status:error$"))
    chips(page).first.focus()
    page.keyboard.press("-")
    expect(page).to_have_url(re.compile(r"q=service(!|%21)(=|%3D)checkout"))


def test_what_cannot_be_asked_says_where_and_how_to_mend_it(traces):
    bar(traces).fill("duration>fast")
    traces.keyboard.press("Enter")
    trouble = traces.get_by_role("alert")
    expect(trouble).to_contain_text("duration>fast is not a length of time; write duration>250ms")
    trouble.get_by_role("button").click()
    expect(trouble).to_have_count(0)
    expect(chips(traces)).to_have_text(["duration>250ms"])


def test_a_box_in_the_picture_narrows_time_and_length(traces):
    picture = traces.get_by_role("img", name=re.compile("traces from"))
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    traces.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.15)
    traces.mouse.down()
    traces.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5, steps=4)
    traces.mouse.up()
    expect(traces).to_have_url(re.compile(r"from=\d{13}&to=\d{13}&q=trace\.duration"))
    expect(chips(traces).first).to_contain_text("trace.duration")
    traces.go_back()
    expect(chips(traces)).to_have_count(0)


def test_the_table_has_columns_of_choice_and_an_order_in_the_address(traces):
    traces.get_by_role("button", name="Table").click()
    table = traces.get_by_role("region", name="Traces")
    expect(table.get_by_role("columnheader", name="Trace id")).to_have_count(0)
    traces.get_by_role("button", name="Columns").click()
    traces.get_by_role("menuitem", name="Trace id").click()
    expect(table.get_by_role("columnheader", name="Trace id")).to_be_visible()
    expect(traces).to_have_url(re.compile("cols=[a-z,]*id"))
    table.get_by_role("button", name="Duration").click()
    expect(traces).to_have_url(re.compile("sort=longest"))
    expect(table.get_by_role("columnheader", name="Duration")).to_have_attribute("aria-sort", "descending")


def test_two_traces_are_chosen_with_keys_and_compared(traces):
    for key in "jxjx":
        traces.keyboard.press(key)
    expect(traces.get_by_text("2 chosen")).to_be_visible()
    traces.get_by_role("button", name="Compare").click()
    expect(traces).to_have_url(re.compile(r"/compare\?a=[0-9a-f]{32}&b=[0-9a-f]{32}"))


def test_where_nothing_matches_one_click_removes_what_is_to_blame(page):
    page.goto("/traces?q=service:checkout+duration>1h")
    blame = page.get_by_role("button", name="duration>1h", exact=True)
    blame.click()
    expect(page).to_have_url(re.compile(r"q=service:checkout$"))
    expect(rows(page).first).to_be_visible()


def test_a_pasted_trace_id_opens_the_trace(traces):
    href = rows(traces).first.get_by_role("link").get_attribute("href")
    trace_id = re.search("[0-9a-f]{32}", href)[0]
    bar(traces).fill(trace_id.upper())
    expect(options(traces).first).to_contain_text("open this trace")
    traces.keyboard.press("Enter")
    expect(traces).to_have_url(re.compile(f"/trace/{trace_id}"))


def test_a_search_is_saved_under_a_name(page):
    page.goto("/traces?q=status:error&sort=longest")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_label("Name").fill("slow failures")
    page.keyboard.press("Enter")
    page.goto("/traces")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("link", name="slow failures").click()
    expect(page).to_have_url(re.compile("q=status:error&sort=longest"))
