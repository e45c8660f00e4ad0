"""The metrics view: find a metric, read it several ways, get from a figure to the trace behind it."""

import re

import httpx
from playwright.sync_api import expect

DURATION = "http.server.request.duration"
P95 = f"A=p95({DURATION} histogram) by http.route top 3"


def query(page, letter="A"):
    return page.get_by_role("group", name=f"Query {letter}", exact=True)


def legend(page):
    return page.locator(".metrics-legend tbody tr")


def chart(page):
    return page.locator(".metrics-chart .chart-plot").first


def test_a_metric_is_found_read_and_grouped(page):
    page.goto("/metrics")
    expect(page.get_by_text("Choose a metric")).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.type("orders placed")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(query(page)).to_contain_text("app.orders.placed")
    expect(page).to_have_url(re.compile(r"A=app\.orders\.placed"))
    expect(query(page).get_by_label("How A is read")).to_have_value("rate")
    query(page).get_by_label("How A is read").select_option("increase")
    query(page).get_by_label("Group A by").select_option("service")
    expect(page).to_have_url(re.compile(r"increase.*by\+service"))
    expect(legend(page)).to_have_count(1)
    expect(legend(page)).to_contain_text("order")
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"by\+service"))


def test_the_legend_shows_one_line_alone_and_narrows_to_it(page):
    page.goto(f"/metrics?{P95}")
    expect(legend(page)).to_have_count(3)
    expect(page.get_by_role("group", name="Query A")).to_contain_text(re.compile(r"of \d+"))
    first = legend(page).first.get_by_role("button").first
    label = first.inner_text()
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(chart(page)).to_have_attribute("aria-label", re.compile(re.escape(label) + ", from"))
    first.click()
    legend(page).first.get_by_role("button", name=re.compile("Only points of")).click()
    expect(page).to_have_url(re.compile(r"where\+http\.route"))
    expect(legend(page)).to_have_count(1)


def test_a_formula_calculates_with_queries_and_says_what_is_wrong(page):
    page.goto(f"/metrics?A=rate({DURATION} histogram)&B=rate({DURATION} histogram)")
    expect(legend(page)).to_have_count(2)
    page.keyboard.press("n")
    page.get_by_label("Formula of C").fill("A / B * 100")
    page.keyboard.press("Enter")
    expect(legend(page)).to_have_count(3)
    expect(legend(page).filter(has_text="A / B * 100")).to_contain_text("100")
    page.get_by_label("Formula of C").fill("A / Z")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no query Z")


def test_brushing_zooms_all_charts_by_mouse_and_by_keys(page):
    page.goto(f"/metrics?{P95}&B=process.memory.usage")
    expect(page.locator(".metrics-chart canvas")).to_have_count(2)
    box = chart(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    expect(page.locator(".chart-tip")).to_have_count(2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 70, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=\d{13}&to=\d{13}"))
    before = page.url
    chart(page).focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page).not_to_have_url(before)
    expect(page).to_have_url(re.compile(r"from=\d{13}&to=\d{13}"))


def test_an_exemplar_opens_its_trace(page, server):
    found = httpx.get(
        f"{server.web_url}/sonde/metrics/exemplars",
        params={"name": DURATION, "kind": "histogram", "limit": 1, "start": "-1h"},
        trust_env=False,
    ).json()["exemplars"]
    assert found
    at_ms = int(found[0]["t"] * 1000)
    page.goto(f"/metrics?A=max({DURATION} histogram)&from={at_ms - 60_000}&to={at_ms + 60_000}")
    expect(page.get_by_text(re.compile(r"\d+ exemplars"))).to_be_visible()
    chart(page).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")  # back in the middle, where the exemplar is
    expect(page.locator(".chart-clickable")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/trace/[0-9a-f]{32}"))


def test_values_as_a_table_a_log_axis_and_a_heatmap(page):
    page.goto(f"/metrics?{P95}")
    expect(chart(page)).to_be_visible()
    page.keyboard.press("v")
    table = page.get_by_role("region", name="Values over time")
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile(r"ms|s"))
    page.keyboard.press("v")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("axis=log"))
    query(page).get_by_label("How A is read").select_option("heatmap")
    expect(page.get_by_role("img", name=re.compile("How often which of"))).to_be_visible()


def test_a_query_goes_to_other_programs_and_to_a_dashboard(page, server):
    page.goto(f"/metrics?{P95}")
    expect(legend(page)).to_have_count(3)
    page.get_by_role("button", name="More for query A").click()
    page.get_by_role("menuitem", name="Copy the address").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('/sonde/metrics/series'))")
    href = page.evaluate("navigator.clipboard.readText()")
    assert len(httpx.get(href, trust_env=False).json()["series"]) == 3
    page.get_by_role("button", name="More for query A").click()
    page.get_by_role("menuitem", name="Add to a dashboard").click()
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page).to_have_url(re.compile(r"/dashboard/[a-z0-9-]+"))
    expect(page.get_by_text(f"p95 of {DURATION}")).to_be_visible()


def test_any_address_gives_a_page(page):
    page.goto("/metrics")
    for hostile in ("p95((((", '"<img src=x onerror=alert(1)>"', "= A / ", "a by b where ====", "~", "?"):
        page.evaluate(
            "(text) => { const to = new URLSearchParams({ A: text, B: 'process.memory.usage' });"
            " history.pushState(null, '', '/metrics?' + to); dispatchEvent(new PopStateEvent('popstate')); }",
            hostile,
        )
        expect(legend(page).first).to_be_visible()
    # Metrics that are not there are answered with 404, which browsers write to the console.
    page.expected_errors[:] = [one for one in page.expected_errors if "/sonde/metrics/" not in one]
