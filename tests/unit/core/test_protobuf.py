"""The few bytes of protobuf that are read and written by hand must be protobuf's own, and hostile ones must not get through."""

import pytest
from google.rpc.status_pb2 import Status
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.core.protobuf import fields, signed, varint

KINDS = bytes([0x08, 0x96, 0x01]) + b"\x11" + b"12345678" + b"\x1a\x02hi" + b"\x25" + b"1234"


def test_every_kind_of_field_is_read():
    assert list(fields(KINDS)) == [(1, 150), (2, b"12345678"), (3, b"hi"), (4, b"1234")]


@settings(max_examples=100)
@given(code=st.integers(-(1 << 31), (1 << 31) - 1), text=st.text(max_size=300))
def test_the_librarys_messages_are_read_back(code, text):
    found = dict(fields(Status(code=code, message=text).SerializeToString()))
    assert signed(found.get(1, 0)) == code
    assert found.get(2, b"") == text.encode()


@settings(max_examples=100)
@given(value=st.integers(0, (1 << 64) - 1))
def test_numbers_are_read_back_and_no_longer_than_they_need_be(value):
    written = varint(value)
    assert list(fields(b"\x08" + written)) == [(1, value)]
    assert len(written) == max(1, -(-value.bit_length() // 7))


@pytest.mark.parametrize(
    "data",
    [b"\x08", b"\x08\xff", b"\x08" + b"\xff" * 10, b"\x0a\x03hi", b"\x09123", b"\x0b\x08\x01\x0c", b"\x0f"],
    ids=["no value", "cut", "endless", "too long", "short fixed", "group", "no kind"],
)
def test_what_is_not_protobuf_is_refused(data):
    with pytest.raises(ValueError, match=r"number|field|protobuf"):
        list(fields(data))
