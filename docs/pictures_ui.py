"""Draws the pictures of the pages: the real overview and a real trace that failed, as SVG.

    python docs/pictures_ui.py

The sample shop's half hour is told to a server of its own; a real browser prints two of its pages, and `pdftocairo` (Debian:
poppler-utils) makes vector graphics of them. Nothing is drawn by hand. Run it when the look of a page has changed; it needs
Chromium and built pages (`make ui`).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from e2e.ui.browsing import browsing, opened_page  # noqa: E402  tests are no package
from e2e.ui.conftest import tell_history  # noqa: E402
from e2e.ui.views import settled  # noqa: E402
from servers import running_sonde  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1280, 800
RATE = 2.0
LARGEST = 500_000

# A repeating gradient has no equal in PDF: the thin lines that show a span's depth would become a grey field.
_WITHOUT_GUIDES = """for (const one of document.querySelectorAll('main *'))
    if (getComputedStyle(one).backgroundImage.startsWith('repeating')) one.style.backgroundImage = 'none'"""


def main() -> None:
    """Tell the story, open the pages, draw."""
    with tempfile.TemporaryDirectory() as home, running_sonde(Path(home) / "data") as server:
        tell_history(server, rate=RATE)
        failed = server.ask(
            "/sonde/traces", service="checkout", status="error", text="payment is not possible", limit=1
        )["traces"]
        views = {"overview": "/", "waterfall": f"/trace/{failed[0]['trace_id']}"}
        with browsing() as browser, opened_page(browser, server.web_url, width=WIDTH, height=HEIGHT) as page:
            for name, address in views.items():
                page.goto(address)
                settled(page)
                (IMAGES / f"{name}.svg").write_text(drawn(page, Path(home)), encoding="utf-8")
                print(f"docs/images/{name}.svg")  # noqa: T201  a script that prints


def drawn(page: Page, scratch: Path) -> str:
    """What the window shows, as SVG; ValueError where it shows a path of this machine or has grown large."""
    shown = page.locator("body").inner_text()
    if str(ROOT) in shown or str(Path.home()) in shown:
        raise ValueError(f"{page.url} shows a path of this machine")
    page.emulate_media(media="screen")
    page.evaluate(_WITHOUT_GUIDES)
    printed, vector = scratch / "page.pdf", scratch / "page.svg"
    page.pdf(path=printed, width=f"{WIDTH}px", height=f"{HEIGHT}px", print_background=True, page_ranges="1")
    subprocess.run(["pdftocairo", "-svg", str(printed), str(vector)], check=True)  # noqa: S603, S607  our own file
    small = rounded(vector.read_text(encoding="utf-8"))
    if len(small) > LARGEST:
        raise ValueError(f"{page.url} makes a picture of {len(small):,} characters")
    return small


def rounded(svg: str) -> str:
    """The same picture in fewer characters: tenths of a point are finer than a screen, and what every viewer assumes is left out."""
    svg = re.sub(
        r"matrix\([^)]*\)|-?\d+\.\d{2,}", lambda found: found[0] if found[0][0] == "m" else short(found[0]), svg
    )
    for assumed in (
        ' style="stroke:none;"',
        " stroke:none;",
        "fill-rule:nonzero;",
        "fill-opacity:1;",
        "stroke-opacity:1;",
    ):
        svg = svg.replace(assumed, "")
    svg = re.sub(r" Z M [-\d.]+ [-\d.]+ ?\"", ' Z"', svg)
    first: dict[str, str] = {}
    same: dict[str, str] = {}

    def once(clip: re.Match[str]) -> str:
        same[clip[1]] = first.setdefault(clip[2], clip[1])
        return clip[0] if same[clip[1]] == clip[1] else ""

    svg = re.sub(r'<clipPath id="([^"]+)">(.*?)</clipPath>\n', once, svg, flags=re.DOTALL)
    return re.sub(r'clip-path="url\(#([^)]+)\)"', lambda used: f'clip-path="url(#{same[used[1]]})"', svg)


def short(number: str) -> str:
    """A number with one decimal at most."""
    return f"{float(number):.1f}".removesuffix(".0")


if __name__ == "__main__":
    main()
