"""A cursor comes back from strangers: what is damaged or belongs elsewhere must be refused, not misread."""

import base64

import pytest

from sonde.core.errors import ValidationError
from sonde.query.cursor import fingerprint, pack, unpack

MARK = fingerprint("traces", "recent")


def test_a_position_comes_back():
    assert unpack(pack(MARK, [17, "ab"]), MARK, (int, str)) == [17, "ab"]


def test_another_question_refuses_it():
    with pytest.raises(ValidationError, match="another search"):
        unpack(pack(MARK, [17]), fingerprint("traces", "oldest"), (int,))


@pytest.mark.parametrize(
    "cursor", ["x", "!!!", "a" * 9999, "ü", base64.b64encode(b"[" * 5000).decode(), base64.b64encode(b"{}").decode()]
)
def test_rubbish_is_refused(cursor):
    with pytest.raises(ValidationError, match=r"^cursor: "):
        unpack(cursor, MARK, (int,))


@pytest.mark.parametrize("position", [["17"], [True], [17, 18], []])
def test_a_forged_position_is_refused(position):
    with pytest.raises(ValidationError, match=r"^cursor: "):
        unpack(pack(MARK, position), MARK, (int,))
