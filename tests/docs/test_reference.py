"""The reference pages say what the code does: they are made from it, and this fails when one was not made anew."""

import dataclasses
import re
import subprocess
import sys
import typing
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from sonde.config.shape import written_name
from sonde.runtime.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PICTURES = sorted((ROOT / "docs" / "images").glob("*.svg"))


def test_reference_pages_are_up_to_date():
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def configuration_classes(kind=Settings):
    yield kind
    for hint in typing.get_type_hints(kind).values():
        for part in (hint, *typing.get_args(hint)):
            if isinstance(part, type) and dataclasses.is_dataclass(part):
                yield from configuration_classes(part)


def test_no_two_settings_share_a_key():
    for kind in configuration_classes():
        keys = Counter(written_name(field.name) for field in dataclasses.fields(kind))
        assert max(keys.values()) == 1, f"{kind.__name__}: {keys.most_common(1)}"


@pytest.mark.parametrize("picture", [pytest.param(path, id=path.name) for path in PICTURES])
def test_pictures_load_nothing_from_elsewhere(picture):
    text = picture.read_text()
    ET.fromstring(text)
    assert not any(word in text for word in ("@import", "@font-face", "url(http", "<script"))
    assert not re.search(r"""href=["'](?!#|data:image/png;)""", text)
