"""`python -m tests.fault [--count N] [NAME …]`: the long fault runs, one after the other.

N scales them all: it is the number of kills of the whole server; the others follow from it. 1,000 gives the full
measure (a million mutated payloads and hostile requests); CI runs the kills with 200.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def runs(count: int) -> dict[str, list[str]]:
    """Every run by name: the module and its arguments."""
    return {
        "wire": ["tests.fault.wire_mutations", "--count", str(count * 1000)],
        "http": ["tests.fault.hostile_http", "--count", str(count * 500)],
        "grpc": ["tests.fault.hostile_grpc", "--count", str(count * 500)],
        "journal": ["tests.fault.journal_kill", "--count", str(count)],
        "store": ["tests.fault.store_kill", "--count", str(max(1, count // 10))],
        "road-keeper": ["tests.fault.road", "--target", "keeper", "--count", str(max(1, count // 4))],
        "road-door": ["tests.fault.road", "--target", "door", "--count", str(max(1, count // 4))],
        "road-pause": ["tests.fault.road", "--target", "pause", "--count", str(max(1, count // 20))],
        "road-all": ["tests.fault.road", "--target", "all", "--count", str(count)],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    known = runs(options.count)
    failed = []
    for name in options.names or known:
        if name not in known:
            parser.error(f"there is no run {name}; there are {', '.join(known)}")
        print(f"== {name}: {' '.join(known[name])}", flush=True)
        if subprocess.run([sys.executable, "-m", *known[name]], check=False, cwd=ROOT).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "every fault run passed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
