"""The first paint stays small: what a browser loads for the overview, compressed, has a limit."""

import gzip
import re

import pytest

from sonde.web.pages import BUILT

MOST_BYTES = 250_000
ASSET = re.compile(r"(?:assets/|\./)([\w.-]+\.(?:js|css))")
IMPORTED = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")


@pytest.fixture(scope="module")
def index():
    page = BUILT / "index.html"
    if not page.is_file():
        pytest.skip("the pages were not built (make ui): the size of the first paint is NOT tested")
    return page.read_text()


def test_the_overview_loads_little_before_it_paints(index):
    sizes = {name: len(gzip.compress((BUILT / "assets" / name).read_bytes(), 9)) for name in first_loaded(index)}
    assert any(name.startswith("OverviewPage") for name in sizes)
    assert sum(sizes.values()) <= MOST_BYTES, sorted(sizes.items(), key=lambda one: -one[1])


def first_loaded(index: str) -> set[str]:
    """Scripts and styles of the page, of the overview's chunk, and all that these import as they are loaded."""
    waiting = [*ASSET.findall(index), *overview(index)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name.endswith(".js"):
                waiting += IMPORTED.findall((BUILT / "assets" / name).read_text())
    return found


def overview(index: str) -> list[str]:
    """What the route of the overview loads: its script and the styles that go with it."""
    names = {path.name for path in (BUILT / "assets").iterdir()}
    stylesheets = [name for name in names if name.startswith("OverviewPage") and name.endswith(".css")]
    scripts = [name for name in names if name.startswith("OverviewPage") and name.endswith(".js")]
    assert scripts, "the overview has no chunk of its own any more: teach this test where it went"
    entry = next(name for name in ASSET.findall(index) if name.startswith("index-") and name.endswith(".js"))
    return [*scripts, *stylesheets, *preloaded((BUILT / "assets" / entry).read_text(), scripts[0])]


def preloaded(entry: str, script: str) -> list[str]:
    """What the bundler preloads beside a chunk: its list of names, and the indexes that stand after the chunk's import."""
    names = re.search(r"m\.f\|\|\(m\.f=(\[.*?\])\)", entry)
    call = re.search(rf"import\([\"'`]\./{re.escape(script)}[\"'`]\)[^,]*,__vite__mapDeps\((\[[\d,]*\])\)", entry)
    if not names or not call:
        pytest.fail("the bundler writes what it preloads in another way: teach this test how")
    listed = ASSET.findall(names[1])
    return [listed[int(at)] for at in re.findall(r"\d+", call[1])]
