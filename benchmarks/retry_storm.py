"""A retry storm, simulated: what a thousand clients do to a server that was away for ten seconds, by their retry policy.

    python -m benchmarks.retry_storm              prints the figures
    python -m benchmarks.retry_storm --draw       and draws docs/images/retry-storm.svg

The policies are the ones applications use, `RetryPolicy` and `RetryBudget`; clock and chance are handed in, so every run
gives the same figures. The world around them is as small as it can be and still fail as real ones do:

- Each client makes a call every five seconds at moments of its own, but never two at once. When the server goes away all
  connections break, and every client notices at once.
- The server answers `capacity` requests a second from a queue, in order. A client waits one second for an answer, then counts
  the attempt as failed; the server does not know, and works on it all the same. So work for nobody can keep it too busy
  for anybody after the cause is gone: a metastable failure (Nathan Bronson and others, "Metastable Failures in Distributed
  Systems", HotOS 2021). A queue of four seconds is full; what comes then is refused at once, at no cost.
- While it is away it refuses everything at once, and it comes back with an empty queue.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import ceil, inf
from pathlib import Path
from random import Random

from sonde.core.clock import ManualClock
from sonde.resilience import Again, Backoff, Exponential, FullJitter, RetryBudget, RetryPolicy, RetryState

IMAGE = Path(__file__).resolve().parent.parent / "docs" / "images" / "retry-storm.svg"
PATIENCE_S = 1.0
QUEUE_S = 4.0


@dataclass(frozen=True)
class Scene:
    clients: int = 1000
    capacity: float = 300.0  # requests/s; the clients' calls alone are 200
    period_s: float = 5.0
    away: tuple[float, float] = (10.0, 20.0)
    until_s: float = 60.0
    seed: int = 1


@dataclass(frozen=True)
class Strategy:
    title: str
    backoff: Backoff
    budget_ratio: float | None = None

    def budget(self) -> RetryBudget | None:
        return None if self.budget_ratio is None else RetryBudget(self.budget_ratio, reserve=2)


STRATEGIES = (
    Strategy("exponential backoff without jitter", Exponential(0.2, 2.0, 4.0)),
    Strategy("with full jitter", FullJitter(0.2, 2.0, 4.0)),
    Strategy("with full jitter and a retry budget of 20 %", FullJitter(0.2, 2.0, 4.0), budget_ratio=0.2),
)


@dataclass
class Course:
    """What happened, second by second."""

    requests: list[int]
    useful: list[int]
    calls: int = 0
    failed: int = 0
    retries: int = 0
    recovered_s: float = inf  # from the server's return to the last failed attempt


class Server:
    """A queue that is worked off at a steady rate."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.free_at = 0.0

    def attempt(self, now: float) -> tuple[float, bool]:
        """When the client knows, and whether it got an answer."""
        start, end = self.scene.away
        if start <= now < end:
            return now, False
        begin = max(now, self.free_at, end if now >= end else 0.0)
        if begin - now > QUEUE_S:
            return now, False
        self.free_at = begin + 1 / self.scene.capacity
        if self.free_at - now > PATIENCE_S or (now < start < self.free_at):
            return now + PATIENCE_S, False
        return self.free_at, True


def simulate(strategy: Strategy, scene: Scene) -> Course:
    """One run."""
    clock, random = ManualClock(), Random(scene.seed)
    policy = RetryPolicy(total_s=inf, backoff=strategy.backoff)
    budgets = [strategy.budget() for _ in range(scene.clients)]
    server, order = Server(scene), count()
    course = Course([0] * int(scene.until_s), [0] * int(scene.until_s))
    events: list[tuple[float, int, int, RetryState | None]] = []

    phases = [random.random() * scene.period_s for _ in range(scene.clients)]
    last_failure_s = 0.0

    def begin(client: int, after_s: float) -> None:
        at = phases[client] + ceil((after_s - phases[client]) / scene.period_s) * scene.period_s
        cut = scene.away[0]
        heappush(events, (cut if after_s < cut < at else at, next(order), client, None))

    for client in range(scene.clients):
        begin(client, 0.0)
    while events and events[0][0] < scene.until_s:
        at, _, client, state = heappop(events)
        clock.advance(at - clock.monotonic())
        now, budget = clock.monotonic(), budgets[client]
        if state is None:
            course.calls += 1
            if budget:
                budget.deposit()
            state = policy.start(now)
        course.requests[int(now)] += 1
        known_at, answered = server.attempt(now)
        if answered:
            course.useful[min(int(known_at), int(scene.until_s) - 1)] += 1
            begin(client, known_at + 1e-6)
            continue
        last_failure_s = max(last_failure_s, known_at)
        state, decision = policy.after_failure(state, known_at, retryable=True, random=random.random, budget=budget)
        if isinstance(decision, Again):
            course.retries += 1
            heappush(events, (known_at + decision.after_s, next(order), client, state))
        else:
            course.failed += 1
            begin(client, known_at + 1e-6)
    over = last_failure_s < scene.until_s - 2
    course.recovered_s = max(0.0, last_failure_s - scene.away[1]) if over else inf
    return course


def table(courses: dict[str, Course]) -> str:
    lines = [f"{'policy':42} {'peak req/s':>10} {'retries':>9} {'given up':>9} {'recovered':>10}"]
    lines += [
        f"{title:42} {max(c.requests):>10,} {c.retries:>9,} {c.failed:>9,} {recovery(c):>10}"
        for title, c in courses.items()
    ]
    return "\n".join(lines)


def recovery(course: Course) -> str:
    if course.recovered_s == inf:
        return "never"
    return f"{course.recovered_s:.0f} s" if course.recovered_s >= 1 else "at once"


WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 720, 110, 56, 16, 64, 46
HIGHEST = 1200  # the seconds above it are cut, and say how high they are
STYLE = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #52514e }
  .title { font-size: 13px; font-weight: 600; fill: #0b0b0b }
  .grid { stroke: #e1e0d9 } .axis { stroke: #b5b3aa } .away { fill: #0b0b0b; opacity: .06 }
  .requests { fill: #eb6834; opacity: .85 } .useful { fill: none; stroke: #2a78d6; stroke-width: 2 }
  .capacity { stroke: #52514e; stroke-dasharray: 4 3 }
  .key-requests { fill: #eb6834 } .key-useful { fill: #2a78d6 }
  @media (prefers-color-scheme: dark) {
    text { fill: #c3c2b7 } .title { fill: #ffffff }
    .grid { stroke: #2c2c2a } .axis { stroke: #55544f } .away { fill: #ffffff; opacity: .09 }
    .requests { fill: #d95926 } .useful { stroke: #3987e5 } .capacity { stroke: #c3c2b7 }
    .key-requests { fill: #d95926 } .key-useful { fill: #3987e5 }
  }"""


def drawing(courses: dict[str, Course], scene: Scene) -> str:
    """The picture: one panel per policy on the same scales, requests as an area, answers as a line."""
    height = TOP + len(courses) * (PANEL + GAP)
    panels = [
        panel(title, course, scene, TOP + index * (PANEL + GAP) + 18)
        for index, (title, course) in enumerate(courses.items())
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height + 12}" role="img">',
            "<title>Requests a second of 1,000 clients around an outage of ten seconds, by retry policy</title>",
            f"<style>{STYLE}\n</style>",
            f'<text class="title" x="{LEFT}" y="18">1,000 clients, a server that is away for ten seconds</text>',
            f'<rect class="key-requests" x="{LEFT}" y="30" width="10" height="10"/><text x="{LEFT + 16}" y="39">requests/s</text>',
            f'<rect class="key-useful" x="{LEFT + 100}" y="34" width="14" height="2"/><text x="{LEFT + 120}" y="39">answered in time/s</text>',
            f'<line class="capacity" x1="{LEFT + 250}" x2="{LEFT + 268}" y1="35" y2="35"/><text x="{LEFT + 274}" y="39">what the server can do</text>',
            f'<rect class="away" x="{LEFT + 420}" y="29" width="14" height="12"/><text x="{LEFT + 440}" y="39">away</text>',
            *panels,
            "</svg>\n",
        ]
    )


def panel(title: str, course: Course, scene: Scene, y: float) -> str:
    across = (WIDTH - LEFT - RIGHT) / scene.until_s
    bottom = y + PANEL

    def at(value: float) -> float:
        return round(bottom - min(value, HIGHEST) / HIGHEST * PANEL, 1)

    def x(second: float) -> float:
        return round(LEFT + second * across, 1)

    start, end = scene.away
    bars = "".join(f"V{at(value)}H{x(second + 1)}" for second, value in enumerate(course.requests))
    line = " ".join(f"{x(second + 0.5)},{at(value)}" for second, value in enumerate(course.useful))
    said = "recovered " + (f"after {recovery(course)}" if 1 <= course.recovered_s < inf else recovery(course))
    parts = [
        f'<text class="title" x="{LEFT}" y="{y - 8}">{title}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{y - 8}" text-anchor="end">{course.retries:,} retries, {said}</text>',
        f'<rect class="away" x="{x(start)}" y="{y}" width="{x(end) - x(start)}" height="{PANEL}"/>',
    ]
    for value in range(0, HIGHEST + 1, 400):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at(value)}" y2="{at(value)}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at(value) + 4}" text-anchor="end">{value:,}</text>')
    parts += [
        f'<text x="{x(second)}" y="{bottom + 15}" text-anchor="middle">{second} s</text>'
        for second in range(0, int(scene.until_s) + 1, 10)
    ]
    parts += [
        f'<text x="{x(second + 1) + 4}" y="{y + 11}">{value:,}</text>'
        for second, value in enumerate(course.requests)
        if value > HIGHEST
    ]
    parts += [
        f'<path class="requests" d="M{LEFT} {bottom}{bars}V{bottom}Z"/>',
        f'<line class="capacity" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at(scene.capacity)}" y2="{at(scene.capacity)}"/>',
        f'<polyline class="useful" points="{line}"/>',
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}"/>',
    ]
    return "\n".join(parts)


def main(arguments: list[str]) -> None:
    scene = Scene()
    courses = {strategy.title: simulate(strategy, scene) for strategy in STRATEGIES}
    print(table(courses))
    if "--draw" in arguments:
        IMAGE.write_text(drawing(courses, scene), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
