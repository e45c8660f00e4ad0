"""Log lines are read under pressure: searching, narrowing, following and opening must show the very records that were sent."""

import re
import time

import pytest
from playwright.sync_api import expect

from servers import wait_until
from sonde.client import OtlpClient, log, span

SERVICE = "ledger"
PAGE_OF_MANY = 1500
TRACEBACK = 'Traceback (most recent call last):\n  File "book.py", line 12, in book\nKeyError: 17'


@pytest.fixture(scope="module")
def ledger(server):
    """Records of a few minutes ago: 40 bookings, refusals with a trace, a stack trace; and many lines of another service."""
    now = time.time_ns()
    base = now - 300 * 10**9
    root = span("POST /bookings", service=SERVICE, kind="server", start=base, end=base + 10**9, status="error")
    records = [
        log(
            f"booked {n}.50 EUR for account-{n}",
            "INFO",
            service=SERVICE,
            time=base + n * 10**9,
            attributes={"account": n % 3},
        )
        for n in range(40)
    ]
    records += [
        log(
            f"refused by 10.0.0.{n}",
            "ERROR",
            span=root,
            time=base + 20 * 10**9 + n,
            attributes={"account": 7, "odd key": "a b"},
        )
        for n in range(5)
    ]
    records.append(log(TRACEBACK, "ERROR", span=root, time=base + 25 * 10**9))
    many = [log(f"tick {n}", "DEBUG", service="metronome", time=base + n * 10**7) for n in range(PAGE_OF_MANY)]
    with OtlpClient(server.http_url) as client:
        client.send_batch([root, *records, *many])
    count = f"SELECT count() AS n FROM otel_logs WHERE ServiceName IN ('{SERVICE}', 'metronome')"
    wait_until(lambda: server.rows(count)[0]["n"] >= len(records) + len(many), within_s=60, what="the ledger")
    return root


def rows(page):
    return page.get_by_role("list", name="Records").get_by_role("listitem")


def test_a_search_shows_its_records_and_marks_the_words(page, ledger):
    page.goto(f"/logs?q=service:{SERVICE}")
    expect(page.get_by_text("46 records").first).to_be_visible()
    search = page.get_by_role("combobox", name="Search log records")
    search.fill("REFUSED")
    search.press("Enter")
    search.press("Escape")
    expect(rows(page)).to_have_count(5)
    expect(rows(page).first.locator("mark")).to_have_text("refused")
    expect(page).to_have_url(re.compile("REFUSED"))
    expect(page.get_by_text("5 records").first).to_be_visible()


def test_the_order_columns_and_wrapping_are_in_the_address(page, ledger):
    page.goto(f"/logs?q=service:{SERVICE}&order=oldest&cols=account&wrap=1")
    expect(rows(page).first).to_contain_text("booked 0.50 EUR")
    page.get_by_role("button", name="Newest first").click()
    expect(rows(page).first).to_contain_text("booked 39.50 EUR")
    expect(rows(page).first.locator(".logs-cell")).to_have_text("0")
    page.keyboard.press("w")
    expect(page).not_to_have_url(re.compile("wrap=1"))
    page.goto(f"/logs?q=service:{SERVICE} KeyError")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("+2 lines")


def test_a_brush_zooms_or_asks_for_an_explanation(page, ledger):
    page.goto(f"/logs?from=-10m&q=service:{SERVICE}")
    plot = page.get_by_role("img", name=re.compile("records from"))
    box = plot.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=4)
    page.mouse.up()
    explain = page.get_by_role("link", name="Explain this spike")
    expect(explain).to_have_attribute("href", re.compile(r"/explain\?.*signal=logs.*sel=\d+,\d+"))
    page.get_by_role("button", name="Zoom in").click()
    expect(page).to_have_url(re.compile(r"from=\d{13}&.*to=\d{13}"))
    expect(rows(page).first).to_be_visible()


def test_keys_open_a_record_with_all_it_carries(page, ledger):
    page.goto(f"/logs?q=service:{SERVICE} refused&order=oldest")
    expect(rows(page)).to_have_count(5)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    opened = rows(page).nth(1)
    expect(opened.get_by_label("Body", exact=True)).to_have_text("refused by 10.0.0.1")
    attributes = opened.get_by_role("region", name="Attributes")
    expect(attributes.get_by_role("row", name=re.compile("odd key"))).to_contain_text("a b")
    opened.get_by_role("button", name="Lines around it").click()
    around = opened.get_by_role("region", name="Lines around it")
    expect(around.get_by_role("listitem")).to_have_count(11)
    expect(around.locator(".is-here")).to_contain_text("refused by 10.0.0.1")
    around.get_by_role("button", name="10 more before").click()
    expect(around.get_by_role("listitem")).to_have_count(21)
    page.keyboard.press("Escape")
    expect(opened.get_by_label("Body", exact=True)).to_have_count(0)


def test_an_opened_record_is_in_the_address_with_what_lies_on_both_sides(page, ledger, server):
    middle = server.ask("/sonde/logs", service="metronome", text='"tick 750"')["logs"][0]
    page.goto(f"/logs?q=service:metronome&record={middle['id']}")
    expect(page.get_by_label("Body", exact=True)).to_have_text("tick 750")
    for end, text in (("0", "tick 1499"), ("list.scrollHeight", "No more records in this range.")):
        page.wait_for_function(
            "text => { const list = document.querySelector('.logs-list'); list.scrollTop = "
            f"{end}; return list.innerText.includes(text); }}",
            arg=text,
            timeout=30_000,
        )


def test_a_record_leads_to_its_span(page, ledger):
    page.goto(f"/logs?q=service:{SERVICE} refused&fields=0")
    rows(page).first.get_by_role("button", name="Show details").click()
    page.get_by_role("link", name="Open trace").click()
    expect(page).to_have_url(re.compile(rf"/trace/{ledger.trace_id}\?.*span={ledger.span_id}"))


def test_a_field_narrows_and_leaves_out(page, ledger):
    page.goto(f"/logs?q=service:{SERVICE}")
    fields = page.get_by_role("complementary", name="Fields")
    fields.get_by_label("Find a field").fill("account")
    value = fields.get_by_role("button", name=re.compile(r"^7\s*5$"))
    value.click()
    expect(rows(page)).to_have_count(5)
    expect(page).to_have_url(re.compile(r"account(%3D|=)7"))
    page.go_back()
    value.click(modifiers=["Alt"])
    expect(page).to_have_url(re.compile(r"account(%21|!)(%3D|=)7"))
    expect(page.get_by_text("40 records").first).to_be_visible()


def test_a_pattern_leads_to_its_records_and_can_be_left_out(page, ledger):
    page.goto(f"/logs?q=service:{SERVICE}&view=patterns")
    table = page.get_by_role("region", name="Patterns")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row").nth(1)).to_contain_text("booked <num> EUR for account-<num>")
    table.get_by_role("row", name=re.compile("refused by <ip>")).click()
    expect(rows(page)).to_have_count(5)
    page.get_by_role("group", name="Chosen patterns").get_by_role("button", name="Remove").click()
    page.get_by_role("tab", name="Patterns").click()
    table.get_by_role("button", name=re.compile("Leave out: booked")).click()
    expect(table.get_by_role("row")).to_have_count(3)
    expect(page.get_by_text("6 records").first).to_be_visible()


def test_following_shows_what_arrives_and_can_be_paused(page, server):
    page.goto("/logs?q=service:courier&live=1")
    status = page.get_by_role("status").filter(has_text="Following")
    expect(status).to_be_visible()
    with OtlpClient(server.http_url) as client:
        client.send_logs([log("parcel one is on its way", "INFO", service="courier")])
        expect(rows(page)).to_have_count(1)
        expect(rows(page).first).to_contain_text("parcel one is on its way")
        page.keyboard.press("p")
        expect(page.get_by_role("status").filter(has_text="Paused")).to_be_visible()
        client.send_logs([log("parcel two is on its way", "WARN", service="courier")])
        waiting = page.get_by_role("button", name="1 new lines")
        expect(waiting).to_be_visible()
        expect(rows(page)).to_have_count(1)
        waiting.click()
    expect(rows(page).first).to_contain_text("parcel two is on its way")
    page.get_by_role("button", name="Stop following").click()
    expect(page).not_to_have_url(re.compile("live=1"))


def test_no_records_say_where_there_are_some(page, ledger):
    page.goto(f"/logs?q=service:{SERVICE} unheard-of")
    expect(page.get_by_text("No record meets all conditions in this range")).to_be_visible()
    page.get_by_role("button", name="Drop all conditions").click()
    expect(rows(page).first).to_be_visible()


def test_on_a_telephone_fields_are_a_drawer(page, ledger):
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(f"/logs?q=service:{SERVICE}")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="Fields", exact=True).click()
    drawer = page.get_by_role("complementary", name="Fields")
    expect(drawer.get_by_text("Attributes")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
