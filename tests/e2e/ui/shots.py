"""Pictures of every view, light and dark, at three widths: `make shots`, into benchmarks/out/shots/ unless told elsewhere.

`--url` takes pictures of a server that runs; without it a server is started and told the sample shop's half hour.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests"))

import httpx  # noqa: E402

from e2e.ui.browsing import browsing, opened_page  # noqa: E402
from e2e.ui.conftest import tell_history  # noqa: E402
from e2e.ui.views import settled, views  # noqa: E402
from servers import running_sonde  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = {"phone": (390, 844), "desk": (1280, 800), "wall": (2560, 1440)}


@contextmanager
def watched(url: str) -> Iterator[Any]:
    """A server to take pictures of."""
    if not url:
        with tempfile.TemporaryDirectory() as folder, running_sonde(Path(folder) / "data") as running:
            tell_history(running, rate=2)
            yield running
        return
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield SimpleNamespace(web_url=url, ask=lambda path, **asked: client.get(path, params=asked).json())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "out" / "shots")
    parser.add_argument("--only", default="", help="views whose name begins so")
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--themes", default="light,dark")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with watched(given.url) as server, browsing() as browser:
        known = views(server) | {"not-there": "/trace/0000000000000000000000000000dead"}
        addresses = {name: path for name, path in known.items() if name.startswith(given.only)}
        for theme in given.themes.split(","):
            for size in given.sizes.split(","):
                width, height = SIZES[size]
                with opened_page(browser, server.web_url, width=width, height=height, dark=theme == "dark") as page:
                    for name, address in addresses.items():
                        page.goto(address)
                        settled(page)
                        page.screenshot(path=given.out / f"{name}-{theme}-{size}.png")
                    wrong, page.expected_errors[:] = list(page.expected_errors), []
                    if wrong:
                        print("\n".join(wrong), file=sys.stderr)
    print(f"{len(list(given.out.glob('*.png')))} pictures in {given.out}")


if __name__ == "__main__":
    main()
