"""What a person waits for: the pages in a real browser, with ten million spans stored.

    python -m benchmarks.ui
    python -m benchmarks.ui --spans 1000000 --data DIR     keeps the data, and takes it again the next time

The sample shop's half hour is told to a server and then multiplied within the store, each copy with trace ids of its own, over
the day before. Chromium (Debian's package) opens the pages as a person would, over loopback, with an empty cache:

- first paint: from the navigation to the first contentful paint, the overview's figures not yet there;
- overview: until its services are shown;
- search: from opening the address of a search until its traces are shown, scatter plot included;
- a trace of 10,000 spans: until its rows are there and answer to a key; then frames a second while its rows are scrolled and
  while the time axis is zoomed, counted by requestAnimationFrame.

No peer is measured: no other trace UI can be installed from a package registry. Output is Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from e2e.ui.browsing import CHROMIUM, browsing, opened_page  # noqa: E402
from e2e.ui.conftest import tell_history  # noqa: E402
from e2e.ui.large import send_large_trace  # noqa: E402
from e2e.ui.views import settled  # noqa: E402
from servers import running_sonde  # noqa: E402
from sonde.store import open_store  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

HALF_HOURS = 48
LARGE = 10_000
QUERIES = (
    "",
    "status:error",
    "service:checkout",
    "service:payment status:error",
    "service:catalogue duration>50ms",
    "trace.duration>500ms",
    "app.payment.provider=northbank",
    "http.route=/cart",
    "http.response.status_code>=500",
    '"connection reset"',
    "service:frontend kind:server",
    "user.id=u-0042",
    'operation:"POST /api/orders"',
)
RANGES = ("-15m", "-1h", "-6h")

# Frames by requestAnimationFrame: how many, and the longest time between two, while `step` is done once a frame.
FRAMES = """async ([ms, what]) => {
  const rows = document.querySelector('[role=treegrid]');
  const box = [rows, ...rows.querySelectorAll('*')].find((one) => one.scrollHeight > one.clientHeight + 100);
  const begun = performance.now();
  let frames = 0, last = begun, longest = 0, way = 1;
  while (performance.now() - begun < ms) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    longest = Math.max(longest, now - last); last = now; frames++;
    if (what === 'scroll') {
      if (box.scrollTop + box.clientHeight >= box.scrollHeight - 50) way = -1;
      if (box.scrollTop <= 0) way = 1;
      box.scrollTop += way * 170;
    } else {
      const { left, width, top, height } = box.getBoundingClientRect();
      box.dispatchEvent(new WheelEvent('wheel', { deltaY: frames % 60 < 30 ? -60 : 60, ctrlKey: true, bubbles: true, cancelable: true, clientX: left + width * 0.7, clientY: top + height / 2 }));
    }
  }
  return [frames / (ms / 1000), longest];
}"""


def multiply(folder: Path, spans: int) -> tuple[int, int]:
    """Copy what is stored until there are so many spans; how many there are then, and log records."""
    store = open_store("", folder)
    try:
        told = rows_of(store, "otel_traces")
        log_records = rows_of(store, "otel_logs")
        for table in ("otel_traces", "otel_logs"):
            store.engine.command(
                f"CREATE TABLE otel.told_{table} ENGINE = MergeTree ORDER BY Timestamp AS SELECT * FROM otel.{table}"
            )
        copies = max(0, -(-spans // told) - 1)
        for copy in range(1, copies + 1):
            for table in ("otel_traces", "otel_logs"):
                store.engine.command(
                    f"INSERT INTO otel.{table} SELECT * REPLACE ("
                    "if(TraceId = '', '', lower(hex(MD5(concat(TraceId, {copy:String}))))) AS TraceId,"
                    f" Timestamp - toIntervalMinute({copy % HALF_HOURS * 30}) AS Timestamp) FROM otel.told_{table}",
                    {"copy": str(copy)},
                )
        for table in ("otel_traces", "otel_logs"):
            store.engine.command(f"DROP TABLE otel.told_{table}")
        return told * (copies + 1), log_records * (copies + 1)
    finally:
        store.close()


def rows_of(store: Any, table: str) -> int:
    """Rows of a table."""
    return int(store.engine.query(f"SELECT count() AS n FROM otel.{table}")[0]["n"])


def fresh(browser: Browser, url: str, visit: Callable[[Page], float]) -> float:
    """What `visit` says of a page in a context of its own, so that nothing is cached."""
    with opened_page(browser, url) as page:
        return visit(page)


def first_paint(page: Page) -> float:
    """Milliseconds to the first contentful paint of the overview."""
    page.goto("/")
    page.wait_for_selector("main h1")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    return float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))


def shown(page: Page, address: str) -> float:
    """Milliseconds until a view shows its answer."""
    before = time.perf_counter()
    page.goto(address)
    settled(page)
    # `settled` waits half a second of quiet; what was waited for ended that much earlier.
    return max(0.0, (time.perf_counter() - before) * 1000 - 500)


def searches(browser: Browser, url: str) -> list[float]:
    """Milliseconds of each search: opened within the application, as a person does it."""
    with opened_page(browser, url) as page:
        page.goto("/traces")
        settled(page)
        return [searched(page, query, within) for within in RANGES for query in QUERIES]


def searched(page: Page, query: str, within: str) -> float:
    """Milliseconds from changing the address to the last answer on screen."""
    return float(
        page.evaluate(
            """async ([query, within]) => {
              const begun = performance.now();
              const address = new URL('/traces', location.href);
              address.searchParams.set('from', within);
              if (query) address.searchParams.set('q', query);
              history.pushState(null, '', address);
              dispatchEvent(new PopStateEvent('popstate'));
              const frame = () => new Promise(requestAnimationFrame);
              await frame(); await frame();
              while (document.querySelector('main [aria-busy=true]')) {
                await frame();
                if (performance.now() - begun > 60000) throw new Error('no answer to ' + query);
              }
              return performance.now() - begun;
            }""",
            [query, within],
        )
    )


def opened_trace(browser: Browser, url: str, trace_id: str) -> tuple[float, float, float, float, float]:
    """Milliseconds until a trace answers to a key; frames a second and the longest frame while scrolling, and zooming."""
    with opened_page(browser, url) as page:
        page.goto("/")
        settled(page)
        before = time.perf_counter()
        page.goto(f"/trace/{trace_id}")
        page.wait_for_selector("[role=treegrid] [role=row]")
        page.keyboard.press("j")
        page.wait_for_selector("[role=row][aria-selected=true], [role=row].is-cursor")
        took = (time.perf_counter() - before) * 1000
        scrolling = page.evaluate(FRAMES, [3000, "scroll"])
        zooming = page.evaluate(FRAMES, [3000, "zoom"])
        return took, *scrolling, *zooming


def line(name: str, values: list[float], goal: str) -> None:
    values = sorted(values)
    worst = values[min(len(values) - 1, int(len(values) * 0.95))]
    print(f"| {name} | {statistics.median(values):.0f} | {worst:.0f} | {goal} |", flush=True)


def measure(url: str, trace_id: str, rounds: int) -> None:
    """Everything, as Markdown."""
    with browsing() as browser:
        print("| what | median ms | p95 ms | goal |\n| --- | --- | --- | --- |")
        line("first paint, empty cache", [fresh(browser, url, first_paint) for _ in range(rounds)], "1,000")
        for name, address in (
            ("overview", "/"),
            ("services map", "/services"),
            ("a service", "/service/checkout"),
            ("logs", "/logs"),
        ):
            line(
                f"{name}, from nothing to its answer",
                [fresh(browser, url, lambda page, to=address: shown(page, to)) for _ in range(rounds)],
                "",
            )
        line(f"search, {len(QUERIES)} queries over {len(RANGES)} ranges", searches(browser, url), "1,000")
        opened = [opened_trace(browser, url, trace_id) for _ in range(rounds)]
        line(f"a trace of {LARGE:,} spans, until it answers to a key", [one[0] for one in opened], "1,500")
        print(
            "\n| frames a second, median | scrolling | longest frame ms | zooming | longest frame ms | goal |\n| --- | --- | --- | --- | --- | --- |"
        )
        middle = [statistics.median(one[place] for one in opened) for place in range(1, 5)]
        print(f"| {LARGE:,} spans | {middle[0]:.0f} | {middle[1]:.0f} | {middle[2]:.0f} | {middle[3]:.0f} | 50 |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=None)
    given = parser.parse_args()
    if not CHROMIUM:
        sys.exit("Chromium is not installed (Debian: apt install chromium)")
    with tempfile.TemporaryDirectory() as scratch:
        data = given.data or Path(scratch) / "data"
        if not data.exists():
            with running_sonde(data) as server:
                tell_history(server, rate=2)
            spans, records = multiply(data, given.spans)
            print(f"{spans:,} spans and {records:,} log records over a day.\n")
        with running_sonde(data) as server:
            trace_id = send_large_trace(server, LARGE)
            measure(server.web_url, trace_id, given.rounds)


if __name__ == "__main__":
    main()
