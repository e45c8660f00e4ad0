"""The root: quick help that imports no command, errors as one line with advice, and commands that cannot break each other."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sonde import __version__
from sonde.cli import app
from sonde.cli.failure import CommandError, advice_of, exit_code_of, report
from sonde.cli.remote import known_services
from sonde.core.errors import NetworkError, NotFoundError, UnavailableError

MINE = ("services", "traces", "trace", "logs", "metrics", "sql", "send")


def imported_by(code: str) -> set[str]:
    """Modules in sys.modules after running `code` in a fresh interpreter."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit: pass\nprint('\\n' + '\\n'.join(sys.modules), file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(ended.stderr.split())


def test_help_names_every_command_and_imports_none():
    modules = imported_by("from sonde.cli.app import run; run(['--help'])")
    assert not {f"sonde.cli.{name}" for name in app.COMMANDS} & modules
    assert not {"httpx", "rich.console", "fastapi", "numpy", "chdb", "pydantic"} & modules


def test_help_lists_all_commands(sonde):
    ended = sonde("--help")
    assert ended.code == 0
    for name, entry in app.COMMANDS.items():
        assert f"  {name:<10}{entry.summary}\n" in ended.out


def test_version(sonde):
    assert sonde("--version").out == f"sonde {__version__}\n"


def test_a_typo_is_answered_with_the_nearest_name(sonde):
    ended = sonde("servces")
    assert ended.code == 2
    assert "Did you mean 'services'" in ended.err


@pytest.mark.parametrize("name", MINE)
def test_every_command_has_help_with_examples(sonde, name):
    ended = sonde(name, "--help")
    assert ended.code == 0
    assert f"Examples:\n  sonde {name}" in ended.out
    assert "--json" in ended.out
    assert max(len(line) for line in ended.out.splitlines()) <= 90


def test_completion_offers_commands_without_loading_them():
    environment = {**os.environ, "_SONDE_COMPLETE": "complete_bash", "COMP_WORDS": "sonde tr", "COMP_CWORD": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "sonde"], capture_output=True, text=True, env=environment, check=False
    )
    assert ended.stdout.split() == ["traces", "trace"]


def test_completion_offers_the_options_of_a_command():
    environment = {
        **os.environ,
        "_SONDE_COMPLETE": "complete_bash",
        "COMP_WORDS": "sonde traces --so",
        "COMP_CWORD": "2",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "sonde"], capture_output=True, text=True, env=environment, check=False
    )
    assert ended.stdout.split() == ["--sort"]


def test_completion_offers_the_services_of_the_running_server(server, monkeypatch):
    server.answers["/sonde/services"] = {"services": [{"name": "cart"}, {"name": "checkout"}, {"name": "mailer"}]}
    monkeypatch.setenv("SONDE_URL", server.url)
    assert known_services("c") == ["cart", "checkout"]
    server.answers.clear()
    assert known_services("c") == []


def test_the_completion_script_is_shown(sonde, monkeypatch):
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")  # it would look at who started the tests
    assert "_SONDE_COMPLETE" in sonde("--show-completion", "bash").out


def test_a_command_that_is_not_there_says_so_and_leaves_the_others(monkeypatch, sonde):
    monkeypatch.setitem(app.COMMANDS, "nowhere", app.Entry("Ask", "Not written."))
    ended = sonde("nowhere")
    assert ended.code == UnavailableError.traits.exit_code
    assert "no command 'nowhere'" in ended.err
    assert sonde("services", "--help").code == 0


def test_a_missing_package_names_the_extra_to_install(monkeypatch, sonde):
    def absent(_name):
        raise ModuleNotFoundError("No module named 'httpx'", name="httpx")

    monkeypatch.setattr(app.importlib, "import_module", absent)
    assert "pip install 'sonde[server]'" in sonde("services").err
    assert "pip install 'sonde[demo]'" in sonde("demo").err


def test_an_error_ends_with_its_classes_code_and_its_own_advice(capsys):
    error = CommandError("no such thing", advice="Look\nelsewhere.", like=NotFoundError)
    report(error)
    assert capsys.readouterr().err == "sonde: no such thing\n       Look\n       elsewhere.\n"
    assert exit_code_of(error) == NotFoundError.traits.exit_code
    plain = NetworkError("broken")
    assert (advice_of(plain), exit_code_of(plain)) == (NetworkError.traits.advice, NetworkError.traits.exit_code)


def test_every_option_reads_a_variable(monkeypatch, server, sonde):
    server.answers["/sonde/services"] = {"services": []}
    monkeypatch.setenv("SONDE_SERVICES_SINCE", "7h")
    monkeypatch.setenv("SONDE_URL", server.url)
    sonde("services")
    assert server.asked[0].query == {"start": ["-7h"]}
