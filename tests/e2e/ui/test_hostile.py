"""Telemetry that wants to be markup, or to break the page, is shown as the text it is; and nothing of it ever runs.

It is sent three hours back, where no other test looks.
"""

import time

import pytest
from playwright.sync_api import expect

from e2e.ui.views import settled
from servers import wait_until
from sonde.client import OtlpClient, counter, event, log, span

AGO_NS = 3 * 3600 * 10**9
RANGE = "from=-200m&to=-160m"
SCRIPT = "<img src=x onerror=\"window.broken='yes'\"><script>window.broken='yes'</script>"
CONTROL = "bell\x07 null-ish\x00 escape\x1b[31mred\x1b[0m tab\t newline\nnext"
RIGHT_TO_LEFT = "\u202egnp.exe\u202c שלום עולם مرحبا"
LINK = "javascript:window.broken='yes'"
HUGE = "x" * 1_000_000 + SCRIPT
NAMES = {"markup": SCRIPT, "control": CONTROL, "right to left": RIGHT_TO_LEFT, "link": LINK}


@pytest.fixture(scope="module")
def hostile(server):
    """Services, spans, attributes, events, logs and metrics with each of the texts; the trace's id."""
    at = time.time_ns() - AGO_NS
    root = span("root " + SCRIPT, service="hostile", kind="server", start=at, end=at + 10**9, attributes={"huge": HUGE})
    spans, logs, metrics = [root], [log(HUGE, "ERROR", span=root, time=at)], []
    for number, (name, text) in enumerate(NAMES.items()):
        start = at + number * 10**8
        one = span(
            text,
            service=f"hostile {text}",
            parent=root,
            kind="client",
            start=start,
            end=start + 10**8,
            status="error",
            attributes={text: text, "name": name, "__proto__": text, "constructor": text, "url.full": LINK},
            events=[event("exception", {"exception.type": text, "exception.stacktrace": text}, time=start)],
            resource={"service.version": text, "host.name": text},
        )
        spans.append(one)
        logs.append(log(text, "ERROR", span=one, time=start, attributes={text: text}))
        metrics.append(
            counter(
                f"hostile.{number}",
                1,
                service="hostile",
                unit=text,
                description=text,
                attributes={text: text},
                time=start,
            )
        )
    with OtlpClient(server.http_url) as client:
        client.send_batch([*spans, *logs, *metrics])
    wait_until(
        lambda: (
            server.rows(f"SELECT count() AS n FROM otel_traces WHERE TraceId = '{root.trace_id}'")[0]["n"] == len(spans)
            and server.rows("SELECT count() AS n FROM otel_logs WHERE ServiceName LIKE 'hostile%'")[0]["n"] == len(logs)
        ),
        within_s=30,
        what="the hostile trace",
    )
    return root.trace_id


@pytest.mark.parametrize(
    "path",
    [
        f"/?{RANGE}",
        f"/services?{RANGE}",
        f"/service/hostile?{RANGE}",
        f"/traces?{RANGE}",
        f"/traces?{RANGE}&view=table",
        "/trace/{id}",
        "/trace/{id}?view=flame",
        "/trace/{id}?view=spans",
        "/trace/{id}?view=graph",
        "/trace/{id}?view=logs",
        "/compare?a={id}&b={id}",
        f"/logs?{RANGE}",
        f"/logs?{RANGE}&view=patterns",
        f"/metrics?{RANGE}",
        f"/explain?{RANGE}&q=status:error",
        f"/ask?{RANGE}",
    ],
)
def test_no_view_runs_or_breaks_on_it(page, hostile, path):
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.goto(path.replace("{id}", hostile))
    settled(page)
    assert page.evaluate("window.broken") is None
    assert page.locator("main img[src=x], main script").count() == 0
    expect(page.get_by_text("This view broke")).to_have_count(0)


def test_a_megabyte_is_clipped_and_whole_on_demand(page, hostile):
    page.goto(f"/trace/{hostile}")
    settled(page)
    page.get_by_role("row").filter(has_text="root ").first.click()
    panel = page.get_by_role("complementary")
    expect(panel).to_contain_text("huge")
    shown = panel.inner_text()
    assert len(shown) < 100_000
    panel.get_by_role("button", name="Show all").first.click()
    page.wait_for_function("document.querySelector('aside').textContent.length > 1000000")
    assert page.evaluate("window.broken") is None
