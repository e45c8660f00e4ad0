"""Explain: what is selected, by words or by dragging, is compared with the rest, and a click narrows to a difference."""

import re

from playwright.sync_api import expect

from e2e.ui.views import settled


def test_failed_charges_are_explained_by_their_provider_and_one_click_shows_them(page):
    page.goto("/explain?q=service:payment%20status:error")
    settled(page)
    expect(page.get_by_text(re.compile(r"selected spans beside"))).to_be_visible()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="server.address")).first
    expect(card.get_by_role("table", name="Selected and Rest")).to_contain_text("api.northbank.example")
    outcome = page.get_by_role("heading", name="How they ended")
    expect(outcome).to_be_visible()
    card.get_by_role("button", name="api.northbank.example").click()
    expect(page).to_have_url(re.compile(r"/traces\?.*server\.address"))
    settled(page)
    expect(page.get_by_role("main")).to_contain_text("server.address")


def test_dragging_over_slow_traces_selects_them(page):
    page.goto("/explain")
    settled(page)
    expect(page.get_by_text("Select what you wonder about.")).to_be_visible()
    plot = page.get_by_role("img", name=re.compile("traces"))
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.98, box["y"] + box["height"] * 0.3, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"sel=\d+,\d+"))
    expect(page).to_have_url(re.compile(r"trace\.duration"))
    expect(page.get_by_text(re.compile(r"selected traces beside"))).to_be_visible()
    page.get_by_role("button", name="Select nothing").click()
    expect(page.get_by_text("Select what you wonder about.")).to_be_visible()


def test_a_spike_of_errors_in_the_logs_is_explained(page):
    page.goto("/explain?signal=logs&q=severity:error")
    settled(page)
    expect(page.get_by_text(re.compile(r"selected records beside"))).to_be_visible()
    assert page.get_by_role("listitem").filter(has=page.get_by_role("table")).count() >= 1


def test_an_offer_selects_with_one_click(page):
    page.goto("/explain")
    settled(page)
    page.get_by_role("button", name="What failed").click()
    expect(page).to_have_url(re.compile(r"q=status:error"))
    expect(page.get_by_text(re.compile(r"selected traces beside"))).to_be_visible()
