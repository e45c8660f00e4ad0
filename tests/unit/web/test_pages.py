"""What a browser is given: the pages where they were built, a page that helps where they were not, and nothing that runs from elsewhere."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from sonde.web import failures
from sonde.web.headers import SecurityHeaders
from sonde.web.pages import POLICY, VIEWS, pages


@pytest.fixture
def built(tmp_path):
    """A folder as the build leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Sonde</title>")
    (tmp_path / "theme.js").write_text("// theme")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {};\n" * 500)
    (tmp_path / "assets" / "inter.woff2").write_bytes(b"wOF2" + bytes(2000))
    return tmp_path


def asked(folder, path, method="GET", **headers):
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    failures.add_handlers(app)
    app.include_router(pages(folder))

    async def ask():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, headers={"accept-encoding": "identity"} | headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("path", VIEWS)
def test_every_view_is_the_one_page_under_the_strict_policy(built, path):
    answer = asked(built, path.replace("{id}", "abc").replace("{name:path}", "a%2Fb"))
    assert answer.status_code == 200
    assert "<title>Sonde</title>" in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-cache"


def test_the_policy_has_no_exceptions():
    assert "unsafe" not in POLICY
    assert "data:" not in POLICY
    assert "*" not in POLICY
    assert "http" not in POLICY


def test_parts_with_a_hash_in_their_name_are_kept_for_ever_and_others_are_not(built):
    script = asked(built, "/assets/index-abc123.js")
    assert script.headers["cache-control"].endswith("immutable")
    assert script.headers["content-type"].startswith("text/javascript")
    assert asked(built, "/theme.js").headers["cache-control"] == "no-cache"


def test_scripts_are_compressed_for_who_takes_it_and_fonts_never(built):
    plain, packed = (
        asked(built, "/assets/index-abc123.js", **{"accept-encoding": one}) for one in ("identity", "gzip")
    )
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 10
    assert "content-encoding" not in asked(built, "/assets/inter.woff2", **{"accept-encoding": "gzip"}).headers


@pytest.mark.parametrize(
    "path", ["/assets/../index.html", "/assets/%2e%2e/%2e%2e/app.py", "/assets/none.js", "/assets//etc/passwd"]
)
def test_nothing_but_the_parts_is_served(built, path):
    answer = asked(built, path)
    assert answer.status_code == 404
    assert "load the page anew" in answer.text or "not served here" in answer.text


def test_without_built_pages_the_page_says_how_to_build_them(tmp_path):
    answer = asked(tmp_path / "none", "/traces")
    assert answer.status_code == 200
    assert "make ui" in answer.text
    assert "/sonde/traces" in answer.text
