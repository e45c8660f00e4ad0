"""A configuration mistake is met before anything starts, and the message must say where it is and how to mend it."""

from dataclasses import dataclass, field
from typing import Literal

import pytest

from sonde.config import from_plain, interpolate, load_file, parse_text, to_plain
from sonde.core.errors import ConfigError


@dataclass(frozen=True)
class Inner:
    timeout_s: float = 5.0
    limit_bytes: int = 1024


@dataclass(frozen=True)
class Outer:
    name: str = "x"
    sync: Literal["always", "never"] = "always"
    inner: Inner = field(default_factory=Inner)
    maybe: Inner | None = None
    names: tuple[str, ...] = ()


def test_units_are_written_as_people_write_them():
    outer = parse_text("inner: {timeout: 1m30s, limit: 2MiB}\nmaybe: {timeout: 250ms}\nnames: [a, b]", Outer, {})
    assert outer == Outer(inner=Inner(90.0, 2 << 20), maybe=Inner(0.25), names=("a", "b"))


def test_an_empty_file_is_all_defaults():
    assert parse_text("", Outer, {}) == Outer()


def test_plain_and_back_is_the_same_object():
    outer = Outer(name="y", maybe=Inner(0.5, 7), names=("q",))
    assert from_plain(Outer, to_plain(outer)) == outer


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nane: x", "nane: there is no such setting; did you mean 'name'?"),
        ("inner: {timeout: soon}", "inner.timeout: 'soon' is not a duration"),
        ("inner: {limit: big}", "inner.limit: 'big' is not a size"),
        ("inner: 5", "inner: expected settings by name, found a number"),
        ("sync: sometimes", "sync: 'always' or 'never', found 'sometimes'"),
        ("name: ${env:NOPE}", "name: the environment variable NOPE is not set"),
        ("name: [unclosed", "not valid YAML"),
    ],
)
def test_mistakes_name_the_place_and_the_mend(text, message):
    with pytest.raises(ConfigError) as caught:
        parse_text(text, Outer, {})
    assert message in str(caught.value)


def test_the_file_is_named(tmp_path):
    path = tmp_path / "sonde.yaml"
    path.write_text("nane: x")
    with pytest.raises(ConfigError, match=r"sonde\.yaml: nane: there is no such setting"):
        load_file(path, Outer)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_file(tmp_path / "absent.yaml", Outer)


def test_environment_references():
    environment = {"A": "1"}
    assert interpolate({"k": ["${env:A}-${A}-${env:B:-two}-$$"]}, environment) == {"k": ["1-1-two-$"]}
