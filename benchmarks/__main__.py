"""`python -m benchmarks [NAME …]`: run the named benchmarks, or all, and keep their Markdown in `benchmarks/out/`."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = (
    "kernel",
    "encode",
    "journal",
    "door_grpc",
    "door_http",
    "road",
    "latency",
    "store",
    "memory",
    "client",
    "sending",
    "host_latency",
    "ui",
)


def main() -> int:
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")] or list(NAMES)
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    (HERE / "out").mkdir(exist_ok=True)
    failed = []
    for name in wanted:
        print(f"## {name}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"],
            check=False,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE.parent,
        )
        (HERE / "out" / f"{name}.md").write_text(
            f"<!-- python -m benchmarks {name}; {platform.platform()} -->\n\n{done.stdout}"
        )
        print(done.stdout, flush=True)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
