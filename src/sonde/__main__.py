"""`sonde` on the command line, and `python -m sonde`.

The command needs the `server` extra; without it this says so in one line instead of a traceback.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; exits with the command's code."""
    try:
        from sonde.cli.app import run  # noqa: PLC0415  the one place where a missing extra can be explained
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("sonde"):
            raise
        sys.stderr.write(
            f"sonde: the command line needs {error.name!r}; install it with: pip install 'sonde[server]'\n"
        )
        raise SystemExit(69) from None
    run()


if __name__ == "__main__":
    main()
