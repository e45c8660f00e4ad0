"""Write the types of Sonde's own API for the pages: ui/src/api/schema.d.ts, from the application's description of itself.

`--check` writes nothing and fails where the file is out of date.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from sonde.web.app import create_app

UI = Path(__file__).parents[1] / "ui"
TYPES = UI / "src" / "api" / "schema.d.ts"


def types() -> str:
    """The types as openapi-typescript writes them."""
    with tempfile.TemporaryDirectory() as scratch:
        described, written = Path(scratch, "openapi.json"), Path(scratch, "schema.d.ts")
        described.write_text(json.dumps(create_app(None).openapi()))
        command = [UI / "node_modules/.bin/openapi-typescript", described, "--output", written]
        subprocess.run(command, cwd=UI, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return written.read_text()


if __name__ == "__main__":
    made = types()
    if "--check" in sys.argv:
        sys.exit("out of date: ui/src/api/schema.d.ts; run `make ui-types`" if TYPES.read_text() != made else 0)
    TYPES.write_text(made)
