"""A real browser on Sonde's pages, and a watch on what it does: Debian's Chromium, driven by Playwright.

Every page that is opened here is watched: a console error, a defect in a script, a violation of the Content-Security-Policy or
a request to anywhere but the server fails the test that caused it.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page

__all__ = ["AXE", "CHROMIUM", "browsing", "opened_page"]

CHROMIUM = os.environ.get("SONDE_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
"""Where the browser is; empty where there is none."""

_AXE = Path(__file__).parents[3] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
AXE = _AXE.read_text() if _AXE.is_file() else ""
"""axe-core's script; empty where the tools of the pages are not installed."""

# A busy machine is slow, and not wrong.
WITHIN_MS = 20_000
expect.set_options(timeout=WITHIN_MS)

# Without these Chromium itself asks the internet for components and accounts.
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser, closed with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened_page(
    browser: Browser, base_url: str, *, width: int = 1280, height: int = 800, dark: bool = False
) -> Iterator[Page]:
    """A page in a context of its own; AssertionError at the end of the block if it did what no page of Sonde may do."""
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        timezone_id="Europe/Berlin",
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(WITHIN_MS)
    page = context.new_page()
    wrong: list[str] = []
    home = urlsplit(base_url).netloc

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(f"console: {message.text} ({message.location.get('url', '')})")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("request", lambda request: _check_home(request.url, home, wrong))
    page.expected_errors = wrong  # type: ignore[attr-defined]  # tests that provoke an error clear it
    try:
        yield page
    finally:
        context.close()
    assert not wrong, "\n".join(wrong[:20])


def _check_home(url: str, home: str, wrong: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != home:
        wrong.append(f"a request left the machine: {url}")
