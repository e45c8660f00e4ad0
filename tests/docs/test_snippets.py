"""Every snippet of the documentation runs, in its page's order, against a real server.

`sh` and `python` fences are run (the standard ports are replaced by those of the server that the test started, an
application's port 8000 by a free one); one with `title="NAME"` is written to that file instead, for the next ones to use.
A `yaml` fence must be a configuration that `sonde serve --config` takes; other fences are shown, not run.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from servers import free_ports, loopback_environment, running_sonde
from sonde.config import parse_text
from sonde.runtime.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([\w.-]+)"')
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
RUN = {"sh", "python"}


def snippets(page: Path, languages: set[str]) -> list[tuple[str, str, str]]:
    """Language, name of the file that it is (empty for one that is run), and text."""
    found = FENCE.findall(page.read_text())
    titled = [(language, TITLE.search(rest), text) for language, rest, text in found if language in languages]
    return [(language, title[1] if title else "", text) for language, title, text in titled]


def pages_with(languages: set[str]) -> list:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES if snippets(page, languages)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_sonde(tmp_path_factory.mktemp("docs") / "data") as running:
        yield running


@pytest.mark.parametrize("page", pages_with(RUN))
def test_snippets_run(page, server, tmp_path):
    ports = {"4317": server.grpc, "4318": server.http_url, "4321": server.web_url}
    environment = loopback_environment(
        {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "SONDE_URL": server.web_url,
            "SONDE_DATA": str(server.data_dir),
            "OTEL_EXPORTER_OTLP_ENDPOINT": server.http_url,
            "SONDE_SPOOL": str(tmp_path / "spool"),
        }
    )
    (application_port,) = free_ports(1)
    for language, title, text in snippets(page, RUN):
        if "curl " in text and shutil.which("curl") is None:
            pytest.skip("curl is not installed; the rest of this page was not run")
        here = re.sub(
            r"(?:127\.0\.0\.1|localhost):(4317|4318|4321)", lambda match: ports[match[1]].removeprefix("http://"), text
        )
        here = re.sub(r"((?:127\.0\.0\.1:|--port )\b)8000\b", rf"\g<1>{application_port}", here)
        if title:
            (tmp_path / title).write_text(here)
            continue
        command = ["bash", "-euo", "pipefail", "-c", here] if language == "sh" else [sys.executable, "-c", here]
        done = subprocess.run(
            command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{page.name}:\n{text}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", pages_with({"yaml"}))
def test_configurations_are_accepted(page):
    environment = {"CLICKHOUSE_PASSWORD": "secret"}
    for _, _, text in snippets(page, {"yaml"}):
        parse_text(text, Settings, environment)


LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in [*PAGES, *ROOT.glob("*.md")]]
)
def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text())
    broken = [link for link in LINK.findall(text) if "://" not in link and not (page.parent / link).exists()]
    assert not broken
