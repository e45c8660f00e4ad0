"""House rules that no linter knows: module sizes, names of rooms, what may not be committed.

Run by `make check` as a script; prints each breach with its place and exits 1.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = 450  # a longer module needs an ADR that names it
READ = {".py", ".pyx", ".pxi", ".sql", ".md", ".toml", ".yaml", ".txt", ".ts", ".tsx", ".css", ".html", ".json"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "types", "manager"}
LEFT_FOR_LATER = re.compile(r"\b(TODO|FIXME|XXX)\b|pytest\.mark\.skip\b|type: ignore(?!\[)")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root)/\w+")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def breaches() -> list[str]:
    decisions = "\n".join(path.read_text() for path in (ROOT / "docs" / "adr").glob("*.md"))
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in READ:
            continue
        text = path.read_text(encoding="utf-8")
        if name.startswith("src/") and path.suffix in {".py", ".pyx", ".pxi"}:
            if len(text.splitlines()) > LINES and path.name not in decisions:
                found.append(f"{name}: {len(text.splitlines())} lines; split it, or say why in an ADR that names it")
            if path.stem in FORBIDDEN_NAMES:
                found.append(f"{name}: a room is named after what it holds")
        if path.suffix in {".py", ".pyx", ".ts", ".tsx"} and name != "tests/house.py":
            found += [
                f"{name}:{n}: left for later"
                for n, line in enumerate(text.splitlines(), 1)
                if LEFT_FOR_LATER.search(line)
            ]
        if name != "tests/house.py":
            found += [
                f"{name}:{n}: a path of one machine"
                for n, line in enumerate(text.splitlines(), 1)
                if MACHINE_PATH.search(line)
            ]
        if (name.startswith("locks/") and "://" in text) or (path.name == "package-lock.json" and '"resolved"' in text):
            found.append(f"{name}: a lock file names an address; make it with `make lock`")
    return found


if __name__ == "__main__":
    problems = breaches()
    print("\n".join(problems) or "house rules hold")
    sys.exit(bool(problems))
