"""`sonde demo` is a thin door to the run: its options arrive there, and wrong ones are refused before anything starts."""

from __future__ import annotations

import pytest

from sonde.cli.app import run
from sonde.demo import stage


@pytest.fixture
def played(monkeypatch):
    """The options of runs that would have been played; each ends with the code 7."""
    seen = []

    def play(self):
        self._home.rmdir()
        seen.append(self._options)
        return 7

    monkeypatch.setattr(stage.Run, "play", play)
    for name in ("NO_PROXY", "no_proxy", "GRPC_VERBOSITY"):
        monkeypatch.setenv(name, "")
    return seen


def exit_code(*arguments):
    with pytest.raises(SystemExit) as ended:
        run(["demo", *arguments])
    return ended.value.code


def test_options_reach_the_run_and_its_code_is_the_commands(played, tmp_path):
    arguments = ["--seconds", "20", "--data", str(tmp_path), "--web", "127.0.0.1:9000", "--rate", "5", "--seed", "3"]
    assert exit_code(*arguments, "--keep") == 7
    [options] = played
    assert options == stage.Options(20.0, tmp_path, None, None, "127.0.0.1:9000", 5.0, 3, True)


def test_variables_that_would_steer_the_sdk_are_set_aside_aloud(played, monkeypatch, capsys):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    exit_code()
    assert "set aside for this run: OTEL_SDK_DISABLED" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--rate", "0"], ["--rate", "fast"], ["--nonsense"]])
def test_wrong_options_are_refused(played, arguments):
    assert exit_code(*arguments) == 2
    assert played == []
