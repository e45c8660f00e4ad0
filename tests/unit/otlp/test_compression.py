"""Bodies come from anyone: every encoding must come back whole, and bombs, cuts and tails must be stopped in time.

Memory is measured with tracemalloc, which sees what Python allocates; the codecs' own windows are bounded by their
formats and are not in that figure.
"""

import contextlib
import gzip
import random
import tracemalloc
import zlib

import cramjam
import lz4.frame
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.core.errors import MalformedError, TooLargeError, UnsupportedError
from sonde.otlp import compression
from sonde.otlp.compression import ENCODINGS, compress, decompress

LIMIT = 1 << 20
MIXED = random.Random(3).randbytes(40_000) + b"span " * 30_000
PACKED = [encoding for encoding in ENCODINGS if encoding != "identity"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("plain", [b"", b"x", b"hello " * 1000, MIXED], ids=["empty", "byte", "text", "mixed"])
def test_what_was_compressed_comes_back(encoding, plain):
    assert decompress(encoding, compress(encoding, plain), LIMIT) == plain


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ENCODINGS), st.binary(max_size=3000), st.integers(1, 50))
def test_any_bytes_come_back(encoding, plain, times):
    plain *= times
    packed = compress(encoding, plain)
    assert decompress(encoding, memoryview(packed), len(plain)) == plain


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_limit_is_exact(encoding):
    packed = compress(encoding, MIXED)
    assert decompress(encoding, packed, len(MIXED)) == MIXED
    with pytest.raises(TooLargeError, match="larger than"):
        decompress(encoding, packed, len(MIXED) - 1)


@pytest.mark.parametrize("encoding", PACKED)
def test_a_bomb_is_stopped_while_it_inflates(encoding):
    bomb = compress(encoding, bytes(40 << 20))
    decompress(encoding, compress(encoding, b"warm"), LIMIT)
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            decompress(encoding, bomb, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 5 * LIMIT
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", PACKED)
def test_every_cut_is_an_error(encoding):
    packed = compress(encoding, b"a small request, " * 9)
    cuts = range(len(packed))
    # Framed snappy knows no end: what is cut between two chunks is a smaller stream.
    whole = {10} if encoding == "x-snappy-framed" else set()
    for cut in cuts:
        if cut not in whole:
            with pytest.raises(MalformedError):
                decompress(encoding, packed[:cut], LIMIT)


@pytest.mark.parametrize("encoding", PACKED)
def test_a_tail_after_the_end_is_an_error(encoding):
    with pytest.raises(MalformedError):
        decompress(encoding, compress(encoding, MIXED) + b"tail", LIMIT)


@pytest.mark.parametrize("encoding", PACKED)
def test_noise_is_an_error_and_never_another_exception(encoding):
    rng = random.Random(5)
    packed = bytearray(compress(encoding, MIXED))
    for _ in range(200):
        noise = bytearray(packed[:200]) if rng.random() < 0.5 else bytearray(rng.randbytes(60))
        noise[rng.randrange(len(noise))] ^= 1 << rng.randrange(8)
        with contextlib.suppress(MalformedError, TooLargeError):
            decompress(encoding, noise, LIMIT)


def test_members_follow_one_another():
    assert decompress("gzip", gzip.compress(b"one ") + gzip.compress(b"two"), LIMIT) == b"one two"
    assert decompress("zstd", zstd.compress(b"one ") + zstd.compress(b"two"), LIMIT) == b"one two"
    assert decompress("lz4", lz4.frame.compress(b"one ") + lz4.frame.compress(b"two"), LIMIT) == b"one two"


def test_members_across_windows(monkeypatch):
    monkeypatch.setattr(compression, "_WINDOW_BYTES", 7)
    for encoding in PACKED:
        assert decompress(encoding, compress(encoding, MIXED[:500]), LIMIT) == MIXED[:500]
    assert decompress("gzip", gzip.compress(b"one ") + gzip.compress(b"two"), LIMIT) == b"one two"
    with pytest.raises(MalformedError, match="br data"):
        decompress("br", compress("br", b"x" * 100) + b"tail" * 9, LIMIT)


def test_a_flood_of_empty_members_is_refused():
    with pytest.raises(MalformedError, match="members"):
        decompress("gzip", gzip.compress(b"") * 5000, LIMIT)


def test_deflate_is_taken_with_and_without_its_header():
    raw = zlib.compressobj(wbits=-15)
    assert decompress("deflate", raw.compress(MIXED) + raw.flush(), LIMIT) == MIXED
    assert decompress("deflate", zlib.compress(MIXED, 9), LIMIT) == MIXED


def test_snappy_is_taken_as_block_and_framed():
    assert decompress("snappy", bytes(cramjam.snappy.compress(MIXED)), LIMIT) == MIXED
    assert decompress("snappy", bytes(cramjam.snappy.compress_raw(MIXED)), LIMIT) == MIXED
    assert bytes(cramjam.snappy.decompress(compress("x-snappy-framed", MIXED))) == MIXED


def test_a_snappy_block_cannot_announce_what_it_does_not_hold():
    with pytest.raises(MalformedError, match="cannot hold"):
        decompress("snappy", b"\x80\x80\x20xxxx", LIMIT)


@pytest.mark.parametrize(
    ("chunk", "reason"),
    [
        (b"\x02\x00\x00\x00", "reserved type 2"),
        (b"\x01\x02\x00\x00ab", "without its checksum"),
        (b"\x01\x06\x00\x00abcdzz", "checksum is wrong"),
        (b"\xff\x06\x00\x00sNaPpX", "wrong stream identifier"),
        (b"\x01\xff\xff\xff", "cut short"),
    ],
)
def test_framed_snappy_says_what_is_wrong(chunk, reason):
    with pytest.raises(MalformedError, match=reason):
        decompress("x-snappy-framed", compress("x-snappy-framed", b"hello") + chunk, LIMIT)


def test_framed_snappy_skips_what_may_be_skipped():
    framed = compress("x-snappy-framed", b"hello")
    assert decompress("x-snappy-framed", framed + b"\xfe\x03\x00\x00pad" + framed, LIMIT) == b"hellohello"


def test_a_zstd_window_beyond_the_bound_of_http_is_refused():
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    compressor = zstd.ZstdCompressor(options=options)
    packed = compressor.compress(MIXED) + compressor.flush()
    with pytest.raises(MalformedError, match="zstd"):
        decompress("zstd", packed, LIMIT)


def test_an_unknown_encoding_names_those_that_are_spoken():
    for action in (lambda: decompress("compress", b"", 1), lambda: compress("compress", b"")):
        with pytest.raises(UnsupportedError, match="gzip, deflate, zstd"):
            action()


def test_a_missing_library_says_what_to_install(monkeypatch):
    monkeypatch.setitem(compression._LIBRARIES, "br", ("no_such_library",))
    compression._library.cache_clear()
    with pytest.raises(UnsupportedError, match=r"sonde\[server\]"):
        decompress("br", b"x", 1)
    compression._library.cache_clear()
