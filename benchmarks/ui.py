"""What a person waits for: the pages in a real browser, with ten million spans stored.

    python -m benchmarks.ui
    python -m benchmarks.ui --spans 1000000 --data DIR     keeps the data, and takes it again the next time

The sample shop's half hour is told to a server and then multiplied within the store, each copy with trace ids of its own, over
the day before. Chromium (Debian's package) opens the pages as a person would, over loopback, with an empty cache:

- first paint: from the navigation to the first contentful paint, the overview's figures not yet there;
- overview: until its services are shown;
- services map, one service, logs and log patterns: likewise, from the navigation until nothing is marked as busy;
- search: from opening the address of a search until its traces are shown, scatter plot included;
- a trace of 10,000 spans: until its rows are there and answer to a key; then frames a second while its rows are scrolled and
  while the time axis is zoomed, counted by requestAnimationFrame;
- the outline of that trace: what its request takes, by the browser's own clock.

Ranges end at the newest span of the story, so that data that was kept from an earlier day is asked like fresh data. Beside
every figure stands what the server's processes used of the processors meanwhile, for machines that do other things too.

No peer is measured: no other trace UI can be installed from a package registry. Output is Markdown.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from e2e.ui.browsing import CHROMIUM, browsing, opened_page  # noqa: E402
from e2e.ui.conftest import tell_history  # noqa: E402
from e2e.ui.large import send_large_trace  # noqa: E402
from servers import running_sonde  # noqa: E402
from sonde.store import open_store  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from servers import RunningSonde

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
MINUTES = (15, 60, 360)

# When the view last became quiet, in milliseconds since the navigation: its heading there, nothing marked as busy, for half a second.
QUIET = """async () => {
  let since = 0;
  for (;;) {
    await new Promise(requestAnimationFrame);
    const busy = !document.querySelector('main h1') || document.querySelector('main [aria-busy=true]');
    if (busy) since = 0;
    else if (!since) since = performance.now();
    else if (performance.now() - since > 500) return since;
    if (performance.now() > 60000) throw new Error('never quiet: ' + location.href);
  }
}"""

# From changing the address until the list and the picture have both been answered and drawn.
SEARCH = """async (address) => {
  const begun = performance.now();
  performance.clearResourceTimings();
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
  const answered = (path) => performance.getEntriesByType('resource').some((one) => new URL(one.name).pathname === path);
  let drawn = 0;
  for (;;) {
    await new Promise(requestAnimationFrame);
    const done = answered('/sonde/traces') && answered('/sonde/traces/scatter') && !document.querySelector('main [aria-busy=true]');
    if (done && drawn++) return performance.now() - begun;
    if (!done) drawn = 0;
    if (performance.now() - begun > 60000) throw new Error('no answer to ' + address);
  }
}"""

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

OUTLINE = "performance.getEntriesByType('resource').find((one) => one.name.endsWith('/outline')).duration"


class Took(NamedTuple):
    """Milliseconds that a person waits, and that the server's processes worked meanwhile."""

    wall: float
    cpu: float


def timed(server: RunningSonde, visit: Callable[[], float]) -> Took:
    """What a visit takes, by its own account and the server's."""
    before = cpu_ms(server)
    wall = visit()
    return Took(wall, cpu_ms(server) - before)


def cpu_ms(server: RunningSonde) -> float:
    """Processor time of the server and its children so far; they are one group of processes."""
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == server.process.pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


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
    page.goto(address)
    return float(page.evaluate(QUIET))


def newest_ms(server: RunningSonde) -> int:
    """When the story's newest span began; the large trace is younger."""
    asked = "SELECT toUnixTimestamp64Milli(max(Timestamp)) AS at FROM otel_traces WHERE ServiceName = 'checkout'"
    return int(server.rows(asked)[0]["at"]) + 1


def address_of(path: str, end_ms: int, minutes: int, **parameters: str) -> str:
    """A view's address with a range."""
    return f"{path}?{urlencode({'from': end_ms - minutes * 60_000, 'to': end_ms, **parameters})}"


def searches(browser: Browser, server: RunningSonde, end_ms: int) -> list[Took]:
    """Each search: opened within the application, as a person does it."""
    with opened_page(browser, server.web_url) as page:
        page.set_default_timeout(120_000)
        shown(page, "/traces")
        addresses = [address_of("/traces", end_ms, minutes, q=query) for minutes in MINUTES for query in QUERIES]
        return [timed(server, partial(searched, page, address)) for address in addresses]


def searched(page: Page, address: str) -> float:
    """Milliseconds from changing the address to the last answer on screen."""
    return float(page.evaluate(SEARCH, address))


def opened_trace(browser: Browser, url: str, trace_id: str) -> tuple[float, ...]:
    """Milliseconds until a trace answers to a key, and of its outline; then frames a second and the longest frame, scrolling and zooming."""
    with opened_page(browser, url) as page:
        shown(page, "/explain")
        before = time.perf_counter()
        page.goto(f"/trace/{trace_id}")
        page.wait_for_selector("[role=treegrid] [role=row]")
        page.keyboard.press("j")
        page.wait_for_selector("[role=treegrid] [role=row][aria-selected=true]")
        took = (time.perf_counter() - before) * 1000
        outline = page.evaluate(OUTLINE)
        scrolling = page.evaluate(FRAMES, [3000, "scroll"])
        zooming = page.evaluate(FRAMES, [3000, "zoom"])
        return took, float(outline), *scrolling, *zooming


def line(name: str, values: list[Took], goal: str) -> None:
    wall, cpu = percentiles([one.wall for one in values]), percentiles([one.cpu for one in values])
    print(f"| {name} | {wall[0]:.0f} | {wall[1]:.0f} | {cpu[0]:.0f} | {cpu[1]:.0f} | {goal} |", flush=True)


def percentiles(values: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    ascending = sorted(values)
    return statistics.median(ascending), ascending[min(len(ascending) - 1, int(len(ascending) * 0.95))]


def measure(server: RunningSonde, trace_id: str, rounds: int) -> None:
    """Everything, as Markdown."""
    end_ms, url = newest_ms(server), server.web_url
    with browsing() as browser:
        print("| what | median ms | p95 ms | server's CPU ms | p95 | goal |\n| --- | --- | --- | --- | --- | --- |")

        def visits(visit: Callable[[Page], float]) -> list[Took]:
            return [timed(server, lambda: fresh(browser, url, visit)) for _ in range(rounds)]

        line("first paint, empty cache", visits(first_paint), "1,000")
        for name, address in (
            ("overview", address_of("/", end_ms, 60)),
            ("services map", address_of("/services", end_ms, 60)),
            ("a service", address_of("/service/checkout", end_ms, 60)),
            ("logs", address_of("/logs", end_ms, 60)),
            ("log patterns", address_of("/logs", end_ms, 60, view="patterns")),
        ):
            line(f"{name}, last hour", visits(partial(shown, address=address)), "1,000")
        line(f"search, {len(QUERIES)} queries over {len(MINUTES)} ranges", searches(browser, server, end_ms), "1,000")
        measure_trace(browser, server, trace_id, rounds)


def measure_trace(browser: Browser, server: RunningSonde, trace_id: str, rounds: int) -> None:
    """The large trace's lines."""
    opened: list[tuple[float, ...]] = []

    def visit() -> float:
        opened.append(opened_trace(browser, server.web_url, trace_id))
        return opened[-1][0]

    line(
        f"a trace of {LARGE:,} spans, until it answers to a key", [timed(server, visit) for _ in range(rounds)], "1,500"
    )
    outline = percentiles([one[1] for one in opened])
    print(f"| its outline's request | {outline[0]:.0f} | {outline[1]:.0f} | | | 500 |")
    middle = [statistics.median(one[place] for one in opened) for place in range(2, 6)]
    print("\n| frames a second, median | scrolling | longest frame ms | zooming | longest frame ms | goal |")
    print("| --- | --- | --- | --- | --- | --- |")
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
            measure(server, trace_id, given.rounds)


if __name__ == "__main__":
    main()
