"""One trace is where every question ends: what is drawn, found, unfolded and copied there must be what was sent."""

from __future__ import annotations

import json
import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from servers import wait_until

TRACE = "7ace" * 8
LARGE = "7acf" * 8
ABSENT = "7ad0" * 8
EVIL = "<img src=x onerror=\"document.title='gone'\">\u202e"
HUGE = "x" * 1_000_000


def span(trace, number, parent, name, when, *, kind=1, failed="", attributes=None, events=(), base_ns=0):
    at_ms, ms = when
    return {
        "traceId": trace, "spanId": f"{number:016x}", "parentSpanId": f"{parent:016x}" if parent else "", "name": name, "kind": kind,
        "startTimeUnixNano": str(base_ns + int(at_ms * 1e6)), "endTimeUnixNano": str(base_ns + int((at_ms + ms) * 1e6)),
        "status": {"code": 2, "message": failed} if failed else {},
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in (attributes or {}).items()],
        "events": [
            {"timeUnixNano": str(base_ns + int(moment * 1e6)), "name": "exception", "attributes": [{"key": "exception.message", "value": {"stringValue": said}}]}
            for moment, said in events
        ],
    }  # fmt: skip


def group(service, key, content):
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    records = {"Spans": "spans", "Logs": "logRecords"}[key]
    return {"resource": resource, f"scope{key}": [{"scope": {"name": "tests"}, records: content}]}


def send(server, signal, groups):
    name = {"traces": "resourceSpans", "logs": "resourceLogs"}[signal]
    answer = httpx.post(f"{server.http_url}/v1/{signal}", json={name: groups}, timeout=60)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module", autouse=True)
def traces(server):
    """A checkout that fails, with a retry, repeated statements and hostile values; and one of 3,000 spans."""
    now = time.time_ns() - 60 * 10**9

    def one(*given, **more):
        return span(TRACE, *given, base_ns=now, **more)

    shop = [one(1, 0, "GET /checkout", (0, 800), kind=2, attributes={"user.id": "ada"})]
    cart = [
        one(10 + k, 1, "SELECT item", (20 + 20 * k, 18), kind=3, attributes={"db.query.text": f"SELECT {k}"})
        for k in range(8)
    ]
    pay = [
        one(40, 1, "POST /charge", (300, 100), kind=3, failed="connection refused", attributes={"url.full": "http://pay/1"}, events=[(350, EVIL)]),
        one(41, 1, "POST /charge", (420, 150), kind=3, attributes={"url.full": "http://pay/1"}),
        one(42, 41, EVIL, (430, 20), attributes={EVIL: EVIL, "huge": HUGE}),
    ]  # fmt: skip
    log = {"timeUnixNano": str(now + 350 * 10**6), "severityNumber": 17, "severityText": "ERROR", "traceId": TRACE,
           "spanId": f"{40:016x}", "body": {"stringValue": "card reader is away"}}  # fmt: skip
    send(server, "traces", [group("web", "Spans", shop), group("cart", "Spans", cart), group("pay", "Spans", pay)])
    send(server, "logs", [group("pay", "Logs", [log])])
    many = [
        span(LARGE, n, n // 3, f"step {n % 9}", (n / 10, 300 if n == 1 else 5), base_ns=now) for n in range(1, 3001)
    ]
    send(server, "traces", [group("batch", "Spans", many)])
    for trace, logs in ((TRACE, 1), (LARGE, 0)):
        wait_until(lambda trace=trace, logs=logs: stored(server, trace, logs), within_s=30, what="the traces")


def stored(server, trace, logs):
    answer = httpx.get(f"{server.web_url}/sonde/traces/{trace}/outline", timeout=60)
    return answer.status_code == 200 and len(answer.json()["logs"]) == logs


def rows(page):
    return page.get_by_role("treegrid").get_by_role("row")


def chosen(page):
    return page.get_by_role("treegrid").locator("[aria-selected=true]")


def test_a_span_is_opened_and_its_place_is_in_the_address(page):
    page.goto(f"/trace/{TRACE}")
    expect(rows(page)).to_have_count(12)
    expect(page).to_have_title(re.compile("GET /checkout"))
    rows(page).filter(has_text="POST /charge").first.click()
    panel = page.get_by_role("complementary", name="Span")
    expect(panel).to_contain_text("connection refused")
    expect(panel).to_contain_text("http://pay/1")
    expect(panel).to_contain_text("card reader is away")
    expect(page).to_have_url(re.compile(f"span={40:016x}"))
    page.reload()
    expect(page.get_by_role("complementary", name="Span")).to_contain_text("connection refused")
    page.get_by_role("button", name="Actions for url.full").click()
    page.get_by_role("menuitem", name="Find traces like this").click()
    expect(page).to_have_url(re.compile(r"/traces\?.*q=url\.full(%3D|=)http://pay/1"))


def test_keys_go_through_the_tree(page):
    page.goto(f"/trace/{TRACE}")
    expect(rows(page)).to_have_count(12)
    page.keyboard.press("j")
    expect(chosen(page)).to_contain_text("GET /checkout")
    page.keyboard.press("h")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("l")
    expect(rows(page)).to_have_count(12)
    page.keyboard.press("l")
    expect(chosen(page)).to_have_attribute("aria-level", "2")
    page.keyboard.press("]")
    expect(chosen(page)).to_have_attribute("aria-rowindex", "3")
    page.keyboard.press("e")
    expect(chosen(page)).to_have_attribute("data-span", "9")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Span")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Span")).to_have_count(0)
    page.keyboard.press("1")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("0")
    expect(rows(page)).to_have_count(12)
    page.keyboard.press("f")
    expect(page).to_have_url(re.compile(r"time=\d+-\d+"))
    page.keyboard.press("o")
    expect(rows(page)).to_have_count(13)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Next error")


def test_text_is_found_in_attributes_and_logs(page):
    page.goto(f"/trace/{TRACE}")
    expect(rows(page)).to_have_count(12)
    page.keyboard.press("/")
    page.keyboard.type("card reader")
    found = page.locator(".trace-found")
    expect(found).to_have_text("1")
    page.keyboard.press("Enter")
    expect(found).to_have_text("1 of 1")
    expect(chosen(page)).to_contain_text("POST /charge")
    page.get_by_label("Find in this trace").fill("select")
    expect(found).to_have_text("8")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(found).to_have_text("1 of 8")
    page.keyboard.press("Shift+n")
    expect(found).to_have_text("8 of 8")


def test_the_minimap_and_the_wheel_choose_the_time(page):
    page.goto(f"/trace/{TRACE}")
    strip = page.get_by_role("slider", name="Time that the waterfall shows")
    box = strip.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(strip).to_have_attribute("aria-valuetext", "25% to 50% of the trace")
    expect(page).to_have_url(re.compile(r"time=\d+-\d+"))
    strip.dblclick()
    expect(strip).to_have_attribute("aria-valuetext", "0% to 100% of the trace")
    grid = page.get_by_role("treegrid").bounding_box()
    page.mouse.move(grid["x"] + grid["width"] * 0.8, grid["y"] + 50)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(strip).not_to_have_attribute("aria-valuetext", "0% to 100% of the trace")


def test_findings_lead_to_their_span_and_services_are_filtered(page):
    page.goto(f"/trace/{TRACE}")
    found = page.get_by_role("list", name="Findings")
    expect(found).to_contain_text("N+1")
    found.get_by_role("button", name=re.compile("^Retries")).click()
    expect(chosen(page)).to_contain_text("POST /charge")
    page.get_by_role("button", name=re.compile("^cart 8")).click()
    expect(rows(page)).to_have_count(4)
    page.reload()
    expect(rows(page)).to_have_count(4)
    page.get_by_role("button", name="Show all").click()
    expect(rows(page)).to_have_count(12)


def test_hostile_values_are_text_and_long_ones_are_cut(page):
    page.goto(f"/trace/{TRACE}?span={42:016x}")
    panel = page.get_by_role("complementary", name="Span")
    expect(panel).to_contain_text("<img src=x")
    expect(panel).to_contain_text("⟨U+202E⟩")
    assert page.locator("img[src='x']").count() == 0
    assert "gone" not in page.title()
    cell = panel.locator("tr", has_text="huge").locator("td").first
    assert len(cell.inner_text()) < 3000
    cell.get_by_role("button", name=re.compile("show all")).click()
    assert cell.evaluate("cell => cell.textContent.length") >= len(HUGE)


def test_logs_of_the_trace_lead_to_their_span(page):
    page.goto(f"/trace/{TRACE}?view=logs")
    page.get_by_role("button", name=re.compile("card reader is away")).click()
    expect(page.get_by_role("complementary", name="Span")).to_contain_text("connection refused")


def test_other_views_open_and_are_in_the_address(page):
    page.goto(f"/trace/{TRACE}")
    for name in ("Flame", "Spans", "Graph"):
        page.get_by_role("tab", name=name).click()
        expect(page).to_have_url(re.compile(f"view={name.lower()}"))
        expect(page.get_by_role("main").get_by_text("could not be loaded")).to_have_count(0)


def test_a_download_is_otlp(page):
    page.goto(f"/trace/{TRACE}")
    with page.expect_download() as download:
        page.get_by_role("link", name="OTLP").click()
    content = json.loads(download.value.path().read_text())
    sent = [one for part in content["resourceSpans"] for scope in part["scopeSpans"] for one in scope["spans"]]
    assert len(sent) == 12
    assert download.value.suggested_filename == f"trace-{TRACE}.json"


def test_of_many_spans_only_those_in_sight_are_in_the_page(page):
    page.goto(f"/trace/{LARGE}")
    grid = page.get_by_role("treegrid")
    expect(grid).to_have_attribute("aria-rowcount", "3000")
    assert rows(page).count() < 80
    page.keyboard.press("End")
    expect(chosen(page)).to_have_attribute("aria-rowindex", "3000")
    expect(chosen(page)).to_be_in_viewport()
    assert rows(page).count() < 80
    page.keyboard.press("Home")
    expect(chosen(page)).to_have_attribute("aria-rowindex", "1")
    expect(chosen(page)).to_be_in_viewport()


def test_a_trace_that_is_not_there_yet_is_explained_and_appears(page, server):
    page.goto(f"/trace/{ABSENT}")
    expect(page.get_by_role("main")).to_contain_text("not have been sampled")
    send(server, "traces", [group("late", "Spans", [span(ABSENT, 1, 0, "at last", (0, 5), base_ns=time.time_ns())])])
    expect(rows(page)).to_have_count(1)
    page.expected_errors.clear()
    page.goto("/trace/nonsense")
    expect(page.get_by_role("main")).to_contain_text("not a trace id")
    page.get_by_label("Another id").fill(TRACE)
    page.get_by_role("button", name="Open").click()
    expect(rows(page)).to_have_count(12)
    page.expected_errors.clear()
