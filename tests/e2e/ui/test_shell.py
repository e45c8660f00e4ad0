"""The frame around every view: navigation, time, looks, palette and keys, and what it answers to what is not there."""

import re

from playwright.sync_api import expect

from e2e.ui.views import settled


def test_navigation_reaches_every_view_by_mouse_and_by_key(page):
    page.goto("/")
    names = page.get_by_role("navigation", name="Views").get_by_role("link")
    expect(names.first).to_be_visible()
    for index in range(names.count()):
        link = names.nth(index)
        title = link.get_attribute("aria-label")
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        expect(page).to_have_title(re.compile(rf"{title}.* · Sonde"))
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(r"/$"))


def test_the_time_range_is_in_the_address_and_goes_with_links(page):
    page.goto("/")
    page.get_by_role("button", name=re.compile("Last hour")).click()
    page.get_by_role("button", name="Last 15 minutes").click()
    expect(page).to_have_url(re.compile(r"from=-15m"))
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Logs").click()
    expect(page).to_have_url(re.compile(r"/logs\?from=-15m"))
    page.keyboard.press("t")
    page.get_by_role("textbox", name="From").fill("yesterday")
    expect(page.get_by_role("alert")).to_contain_text("is no moment")
    page.get_by_role("textbox", name="From").fill("-2h")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"from=-2h"))


def test_the_palette_finds_a_service_by_a_few_letters(page):
    page.goto("/")
    settled(page)
    page.keyboard.press("Control+k")
    page.get_by_role("dialog", name="Go to").get_by_role("combobox").fill("paym")
    expect(page.get_by_role("listbox", name="Choices").get_by_role("option").first).to_contain_text("payment")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/service/payment"))


def test_looks_stay_after_loading_anew(page):
    page.goto("/")
    page.get_by_role("button", name="Dark theme").click()
    page.get_by_role("button", name="Roomy rows").click()
    page.reload()
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    expect(root).to_have_attribute("data-density", "roomy")
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()


def test_the_key_sheet_lists_what_the_page_can_do(page):
    page.goto("/")
    settled(page)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("Open the command palette")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_an_address_that_is_not_there_leads_on(page):
    page.goto("/trace/zzz")
    expect(page.get_by_role("main")).to_contain_text("This is not a trace id.")
    settled(page)
    page.expected_errors.clear()


def test_the_first_view_loads_little(page):
    """250 KB of compressed scripts at most before the overview paints; other views' parts come when they are opened."""
    page.goto("/")
    settled(page)
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [new URL(one.name).pathname, one.encodedBodySize])"
    )
    scripts = {path: size for path, size in loaded if path.endswith(".js")}
    assert any("OverviewPage" in path for path in scripts)
    assert not any("MetricsPage" in path or "AskPage" in path for path in scripts)
    assert sum(scripts.values()) <= 250_000, scripts
