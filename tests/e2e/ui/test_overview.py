"""The first view must name each of the shop's four faults, and lead to its cause in a few clicks or keys."""

import json
import re

import pytest
from playwright.sync_api import expect

from e2e.ui.views import settled


def rows(page, table):
    return page.get_by_role("region", name=table).locator("tbody tr")


@pytest.fixture
def overview(page):
    page.goto("/")
    settled(page)
    return page


def test_services_in_trouble_come_first_and_say_why(overview):
    table = rows(overview, "Services, the most in trouble first")
    expect(table).to_have_count(7)
    names = [text.split("\n")[0].strip() for text in table.all_inner_texts()]
    assert set(names[:2]) == {"checkout", "payment"}
    assert set(names[-2:]) == {"cart", "shipping"}
    expect(table.filter(has_text="payment")).to_contain_text("failed at its worst")
    expect(table.filter(has_text="catalogue")).to_contain_text("times the usual")


def test_the_slow_database_is_found_by_the_service_and_the_time_of_its_burst(overview):
    row = rows(overview, "Services, the most in trouble first").filter(has_text="catalogue")
    row.get_by_role("link", name=re.compile("p95 rose to")).click()
    expect(overview).to_have_url(re.compile(r"/service/catalogue\?from=\d{13}&to=\d{13}"))
    overview.go_back()
    row.get_by_role("link", name="catalogue").click()
    expect(overview).to_have_url(re.compile(r"/service/catalogue$"))


def test_the_payment_outage_is_found_by_its_exception(overview):
    errors = rows(overview, "Errors by kind")
    failed = errors.filter(has_text="PaymentProviderError")
    expect(failed).to_contain_text("northbank failed 3 times")
    failed.get_by_role("link", name=re.compile("PaymentProviderError")).click()
    expect(overview).to_have_url(re.compile(r"/trace/[0-9a-f]{32}\?span=[0-9a-f]{16}"))
    expect(overview.get_by_role("main")).to_contain_text("PaymentProviderError")
    overview.go_back()
    failed.get_by_role("link", name=re.compile("How many")).click()
    expect(overview).to_have_url(re.compile(r"/traces\?q=service:payment.*exception\.type"))


def test_the_memory_leak_is_found_by_what_grows(overview):
    leak = rows(overview, "Resources that grow").first
    expect(leak).to_contain_text("recommendation")
    expect(leak).to_contain_text("MiB")
    leak.get_by_role("link").click()
    expect(overview).to_have_url(re.compile(r"/metrics\?A=process\.memory\.usage"))
    overview.go_back()
    expect(rows(overview, "Errors by kind").filter(has_text="out of memory")).to_contain_text("recommendation")


def test_the_bad_deployment_is_found_by_its_version(overview):
    deployments = rows(overview, "Deployments, newest first")
    expect(deployments).to_have_count(2)
    expect(deployments.first).to_contain_text("back")
    bad = deployments.filter(has_text="2.4.1 → 2.5.0")
    bad.locator("td").last.click()
    expect(overview).to_have_url(re.compile(r"/explain\?q=service:checkout.status:error"))
    overview.go_back()
    bad.get_by_role("link", name="2.4.1 → 2.5.0").click()
    expect(overview).to_have_url(re.compile(r"/traces\?q=.*service\.version.*2\.5\.0"))


def test_keys_walk_all_rows_and_open_one(overview):
    table = rows(overview, "Services, the most in trouble first")
    overview.keyboard.press("j")
    expect(table.nth(0)).to_be_focused()
    overview.keyboard.press("j")
    expect(table.nth(1)).to_be_focused()
    overview.keyboard.press("k")
    name = table.nth(0).inner_text().split("\n")[0].strip()
    for _ in range(7):
        overview.keyboard.press("j")
    expect(rows(overview, "Errors by kind").first).to_be_focused()
    for _ in range(7):
        overview.keyboard.press("k")
    overview.keyboard.press("Enter")
    expect(overview).to_have_url(re.compile(rf"/service/{name}"))


def test_the_order_is_in_the_address(overview):
    overview.get_by_role("button", name="Rate").click()
    expect(overview).to_have_url(re.compile("sort=-rate"))
    expect(rows(overview, "Services, the most in trouble first").first).to_contain_text("catalogue")
    overview.reload()
    expect(rows(overview, "Services, the most in trouble first").first).to_contain_text("catalogue")


def test_a_range_without_spans_leads_back_to_the_newest(page):
    page.goto("/?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")
    expect(page.get_by_text("No spans in this range")).to_be_visible()
    page.get_by_role("button", name="Show the hour before it").click()
    expect(rows(page, "Services, the most in trouble first")).to_have_count(7)


def test_before_the_first_data_the_page_teaches_and_then_changes_by_itself(page, server):
    empty = server.ask("/sonde/overview", start="2001-01-01", end="2001-01-02")
    for stored in empty["ingest"]["stored"]:
        stored["rows"] = 0

    def answer(route):
        route.fulfill(json=empty)

    page.route("**/sonde/overview?*", answer)
    page.goto("/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Nothing has arrived yet")
    expect(main).to_contain_text('sonde.configure(service_name="shop")')
    expect(main).to_contain_text("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317")
    page.unroute("**/sonde/overview?*", answer)
    expect(rows(page, "Services, the most in trouble first")).to_have_count(7)


def test_trouble_with_receiving_is_told(page, server):
    told = server.ask("/sonde/overview")
    told["ingest"] |= {
        "ready": False,
        "troubles": ["door-0: the journal is full"],
        "lag_s": 40.0,
        "waiting_segments": 12,
    }
    told["ingest"]["refused"] = [{"reason": "exhausted", "requests": 1234}]
    page.route(
        "**/sonde/overview?*", lambda route: route.fulfill(body=json.dumps(told), content_type="application/json")
    )
    page.goto("/")
    strip = page.get_by_role("region", name="Receiving and storing")
    expect(strip).to_contain_text("door-0: the journal is full")
    expect(strip).to_contain_text("12 waiting")
    expect(strip).to_contain_text("1,234 requests refused (exhausted)")
