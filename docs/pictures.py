"""Draws the pictures of the documentation: real output of real commands, as SVG.

    python docs/pictures.py

A demo with a fixed seed runs for twenty seconds; then its data are served, and commands ask. Nothing is drawn by hand, and
nothing of it is committed but `docs/images/*.svg`. Run it when the look of a command has changed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

IMAGES = Path(__file__).resolve().parent / "images"
SONDE = [sys.executable, "-m", "sonde"]
WIDTH = 80
READY_WITHIN_S = 60.0
MARGIN = 12
URL = "http://127.0.0.1:4321"

# Rich's own format names a font on a CDN; this one takes what the reader's machine has, and brings no window around it.
FORMAT = """<svg class="rich-terminal" viewBox="0 0 {terminal_width} {terminal_height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#0c0c0c" width="{terminal_width}" height="{terminal_height}" rx="8"/>
<g transform="translate(12, 12)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Run the demo, serve its data, draw."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        data = str(Path(home) / "data")
        demo = output("demo", "--seconds", "20", "--seed", "4", "--data", data)
        draw("demo", shortened(demo))
        with serving(data):
            failed = first_trace("--service", "checkout", "--status", "error", "--text", "KeyError")
            asked("trace", "trace", failed)


def output(*arguments: str) -> str:
    """What a command prints to a terminal of the pictures' width, colours included."""
    environment = os.environ | {"COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    command = [*SONDE, *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  our own command
    return done.stdout


@contextmanager
def serving(data: str) -> Iterator[None]:
    """A server over the demo's data, on the standard ports, for as long as the block runs."""
    server = subprocess.Popen([*SONDE, "serve", "--data", data], stderr=subprocess.DEVNULL)  # noqa: S603  our own command
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not is_ready():
            if time.monotonic() > deadline or server.poll() is not None:
                sys.exit("the server did not get ready; are its ports free?")
            time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait()


def is_ready() -> bool:
    """Whether /readyz answers 200."""
    try:
        with urlopen(f"{URL}/readyz", timeout=2) as answer:  # noqa: S310  loopback
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def first_trace(*conditions: str) -> str:
    """The id of a trace that meets the conditions."""
    found = output("traces", *conditions, "--limit", "1", "--json")
    return str(json.loads(found.splitlines()[0])["trace_id"])


def asked(name: str, *arguments: str) -> None:
    """A picture of a command line and its answer."""
    draw(name, f"\x1b[1m$ sonde {' '.join(arguments)}\x1b[0m\n{output(*arguments)}")


def shortened(text: str) -> str:
    """The demo's beginning and its balance: what a person looks at."""
    passing = re.compile(r"\d+ s · |…(?:\x1b\[0m)?\s*$|^  data ")
    lines = [line for line in text.splitlines() if not passing.search(line)]
    balanced = next(number for number, line in enumerate(lines) if "Everything that was sent" in line)
    return "\n".join(["\x1b[1m$ make demo\x1b[0m", *lines[: balanced + 1]])


def draw(name: str, text: str) -> None:
    """Write one picture."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text.rstrip()), soft_wrap=False)
    drawn = console.export_svg(theme=MONOKAI, code_format=FORMAT, unique_id=name)
    (IMAGES / f"{name}.svg").write_text(framed(drawn), encoding="utf-8")
    print(f"docs/images/{name}.svg")  # noqa: T201  a script that prints


def framed(drawn: str) -> str:
    """The drawing with a margin on every side; rich's size is that of the characters alone."""
    width, height = (float(size) + 2 * MARGIN for size in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)[0])
    drawn = re.sub(r'viewBox="0 0 [\d.]+ [\d.]+"', f'viewBox="0 0 {width:g} {height:g}"', drawn)
    drawn = re.sub(r'(<rect fill="#0c0c0c") [^/]*', rf'\1 width="{width:g}" height="{height:g}" rx="8"', drawn)
    return re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE)


if __name__ == "__main__":
    main()
