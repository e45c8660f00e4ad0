"""How a connection begins: the client's preface, both sides' settings, and a word for those who speak something else.

Source: RFC 9113 sections 3.4 (preface) and 6.5 (SETTINGS).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from sonde.receivers import http2_frames as h2
from sonde.receivers.http2_frames import ErrorCode, H2ConnectionError, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["greeting", "http1_answer", "read_settings"]

_DEFAULT_WINDOW = 65_535
_HTTP1_METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"OPTIONS ", b"DELETE ", b"PATCH ", b"CONNECT ", b"TRACE ")
_HTTP1_TEXT = (
    b"This port speaks OTLP over gRPC (HTTP/2 only). For OTLP over HTTP/1.1 use the HTTP port, 4318 unless configured"
    b" otherwise: POST /v1/traces, /v1/metrics or /v1/logs.\n"
)
_HTTP1_ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: "
    + str(len(_HTTP1_TEXT)).encode()
    + b"\r\n\r\n"
    + _HTTP1_TEXT
)


def greeting(
    *, max_streams: int, stream_window: int, connection_window: int, max_frame: int, max_header_list: int
) -> bytes:
    """The first bytes of a server: its settings, and the connection's window opened to `connection_window` bytes."""
    return h2.settings(
        {
            Setting.MAX_CONCURRENT_STREAMS: max_streams,
            Setting.INITIAL_WINDOW_SIZE: stream_window,
            Setting.MAX_FRAME_SIZE: max_frame,
            Setting.MAX_HEADER_LIST_SIZE: max_header_list,
        }
    ) + h2.window_update(0, connection_window - _DEFAULT_WINDOW)


def http1_answer(data: bytes) -> bytes:
    """A readable answer for a client whose first bytes are HTTP/1.x; empty for anything else."""
    return _HTTP1_ANSWER if data.startswith(_HTTP1_METHODS) else b""


def read_settings(payload: memoryview) -> Iterator[int]:
    """The initial windows that a SETTINGS frame's payload sets, the one setting that matters here; all are checked.

    Raises:
        H2ConnectionError: the payload's size or a value is not allowed.
    """
    if len(payload) % 6:
        raise H2ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of a length that is not a multiple of 6")
    for key, value in struct.iter_unpack(">HL", payload):
        if key == Setting.INITIAL_WINDOW_SIZE:
            if value > h2.MAX_WINDOW:
                raise H2ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1")
            yield value
        elif key == Setting.ENABLE_PUSH and value > 1:
            raise H2ConnectionError(ErrorCode.PROTOCOL_ERROR, "SETTINGS_ENABLE_PUSH is neither 0 nor 1")
        elif key == Setting.MAX_FRAME_SIZE and not 16_384 <= value < 2**24:
            raise H2ConnectionError(ErrorCode.PROTOCOL_ERROR, "SETTINGS_MAX_FRAME_SIZE out of range")
