"""Asking with SQL: write, complete, run, look, chart, keep, download."""

import re

from playwright.sync_api import expect

COUNT = "SELECT ServiceName, count() AS spans FROM otel_traces GROUP BY ServiceName ORDER BY spans DESC"


def editor(page):
    return page.get_by_role("textbox", name="SQL")


def test_a_statement_is_run_by_keys_and_its_answer_is_a_table(page):
    page.goto("/ask")
    editor(page).fill(COUNT)
    editor(page).press("Control+Enter")
    table = page.get_by_role("region", name="Answer")
    expect(table.get_by_role("columnheader", name="spans")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ rows in \d"))).to_be_visible()
    expect(page).to_have_url(re.compile("sql=SELECT"))
    first = table.locator("tbody tr").first
    counts = table.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert counts == sorted(counts, key=int, reverse=True)
    table.get_by_role("button", name="ServiceName").click()
    names = table.locator("tbody tr td:nth-child(1)").all_inner_texts()
    assert names == sorted(names, key=str.lower)
    first.click()
    detail = page.get_by_role("complementary", name="Row")
    expect(detail).to_contain_text("LowCardinality(String)")
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)
    page.reload()
    expect(table.get_by_role("columnheader", name="spans")).to_be_visible()
    expect(editor(page)).to_have_value(COUNT)


def test_completion_knows_tables_columns_and_functions(page):
    page.goto("/ask")
    field = editor(page)
    with page.expect_response("**/sonde/sql/schema"):
        page.reload()
    field.press_sequentially("SELECT t. FROM otel_tr")
    offers = page.get_by_role("listbox", name="Completions")
    expect(offers.get_by_role("option").first).to_contain_text("otel_traces")
    field.press("Tab")
    expect(field).to_have_value("SELECT t. FROM otel_traces")
    field.press_sequentially(" AS t")
    field.press("Escape")
    field.evaluate("one => one.setSelectionRange(9, 9)")
    field.press_sequentially("Span")
    expect(offers.get_by_role("option").first).to_contain_text("Span")
    field.press_sequentially("N")
    expect(offers.get_by_role("option")).to_contain_text(["SpanName"])
    field.press("Enter")
    expect(field).to_have_value("SELECT t.SpanName FROM otel_traces AS t")
    field.press("Control+Enter")
    expect(page.get_by_role("columnheader", name="SpanName")).to_be_visible()


def test_a_mistake_is_said_and_marked(page):
    page.goto("/ask")
    editor(page).fill("SELECT SpanName FORM otel_traces")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("at character")
    expect(page.locator(".sql-wrong")).to_have_text("otel_traces")
    editor(page).fill("SELECT nosuch FROM otel_traces")
    editor(page).press("Control+Enter")
    expect(page.locator(".sql-wrong")).to_have_text("nosuch")
    page.expected_errors.clear()


def test_an_example_is_a_chart_and_its_axes_can_be_chosen(page):
    page.goto("/ask")
    page.get_by_role("button", name="p95 by service over time").click()
    expect(page.get_by_role("img", name=re.compile("p95_ms over time"))).to_be_visible()
    expect(page).to_have_url(re.compile("view=chart"))
    page.get_by_label("Lines by").select_option("none")
    expect(page).to_have_url(re.compile("s=-"))
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.get_by_role("columnheader", name="p95_ms")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    page.get_by_role("button", name="Star", exact=True).click()
    page.reload()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("button", name="Take the star away")).to_be_visible()


def test_what_runs_long_is_stopped_by_escape(page):
    page.route("**/sonde/sql", lambda _route: None)  # an answer that never comes, and costs the server nothing
    page.goto("/ask")
    editor(page).fill(COUNT)
    editor(page).press("Control+Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Run")).to_be_visible()


def test_an_answer_is_downloaded_as_csv_and_parquet(page):
    page.goto("/ask")
    editor(page).fill(COUNT)
    editor(page).press("Control+Enter")
    with page.expect_download() as told:
        page.get_by_role("link", name="CSV").click()
    assert told.value.path().read_text().splitlines()[0] == '"ServiceName","spans"'
    with page.expect_download() as told:
        page.get_by_role("link", name="Parquet").click()
    assert told.value.path().read_bytes()[:4] == b"PAR1"


def test_a_statement_becomes_a_panel(page):
    page.goto("/ask")
    editor(page).fill(COUNT)
    editor(page).press("Control+Enter")
    page.get_by_role("button", name="Add to dashboard").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Spans by service")
    dialog.get_by_role("button", name="Add").click()
    expect(page).to_have_url(re.compile("/dashboard/from-ask"))
    panel = page.get_by_role("article", name="Spans by service")
    expect(panel.get_by_role("columnheader", name="ServiceName")).to_be_visible()
