"""What an answer means for the request: `Reply` in, `Delivery` out, by OTLP's rules of failure.

HTTP: any 2xx is acceptance, whatever its body is worth; 429, 502, 503 and 504 may be tried again, after `Retry-After`
when there is one; anything else is final. A redirection is a refusal that names where it points to.

gRPC: the status of the trailers decides. Without one (a proxy answered) the HTTP status stands for it. RESOURCE_EXHAUSTED
may be tried again only when the server says when (RetryInfo).

Sources: OpenTelemetry Protocol specification 1.x, "OTLP/gRPC Response", "OTLP/HTTP Response", "Retryable Response Codes",
"OTLP/HTTP Throttling"; "gRPC over HTTP2", Responses; grpc/doc/http-grpc-status-mapping.md; RFC 9110, 10.2.3 (Retry-After).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

from sonde.client.delivery import Delivery
from sonde.client.net.answer_body import partial_success, read_status, read_text_status
from sonde.client.net.exchange import Reply
from sonde.core.errors import SondeError
from sonde.otlp.compression import decompress
from sonde.resilience.hints import retry_after_s
from sonde.resilience.verdicts import is_retryable_grpc, is_retryable_http

__all__ = ["GRPC_CODES", "is_unauthenticated", "meaning"]

GRPC_CODES: Final = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
"""gRPC's status codes by their numbers."""

_HTTP_TO_GRPC: Final = {
    400: "INTERNAL", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "UNIMPLEMENTED",
    429: "UNAVAILABLE", 502: "UNAVAILABLE", 503: "UNAVAILABLE", 504: "UNAVAILABLE",
}  # fmt: skip
_MAX_MESSAGE: Final = 500


def meaning(reply: Reply, *, is_grpc: bool, now_ns: int, sent_bytes: int, endpoint: str) -> Delivery:
    """What became of the request.

    Args:
        reply: the server's answer.
        is_grpc: by which protocol's rules to read it.
        now_ns: the wall clock, for a `Retry-After` that names a date.
        sent_bytes: what the delivery says of it.
        endpoint: likewise.
    """
    read = _of_grpc if is_grpc else _of_http
    accepted, code, rejected, text, retryable, hint_s = read(reply, now_ns)
    return Delivery(
        accepted=accepted,
        code=code,
        rejected=rejected,
        message=_printable(text),
        retryable=retryable,
        retry_after_s=hint_s if retryable else None,
        sent_bytes=sent_bytes,
        endpoint=endpoint,
    )


def is_unauthenticated(reply: Reply, *, is_grpc: bool) -> bool:
    """Whether the server wants another credential."""
    return reply.status == 401 or (is_grpc and reply.trailers.get("grpc-status") == "16")


Verdict = tuple[bool, str, int, str, bool, float | None]


def _of_http(reply: Reply, now_ns: int) -> Verdict:
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    body, fault = _plain_body(reply, "content-encoding")
    if 200 <= reply.status < 300:
        return _accepted(body, kind, fault)
    status = read_text_status(body, kind)
    code = f"http.{reply.status}"
    if 300 <= reply.status < 400:
        where = reply.headers.get("location", "nowhere")
        return False, code, 0, f"the server redirects to {where}; set that as the endpoint", False, None
    retryable = is_retryable_http(reply.status)
    hint = retry_after_s(reply.headers.get("retry-after", ""), now_ns)
    return False, code, 0, status.message, retryable, status.delay_s if hint is None else hint


def _of_grpc(reply: Reply, now_ns: int) -> Verdict:
    number = reply.trailers.get("grpc-status", reply.headers.get("grpc-status", ""))
    if not number.isascii() or not number.isdigit() or len(number) > 3:
        return _of_no_grpc(reply, now_ns)
    name = GRPC_CODES[int(number)] if int(number) < len(GRPC_CODES) else "UNKNOWN"
    if name == "OK":
        return _accepted(*_message_body(reply))
    details = read_status(_base64(reply.trailers.get("grpc-status-details-bin", "")))
    text = _percent_decoded(reply.trailers.get("grpc-message", "")) or details.message
    retryable = is_retryable_grpc(int(number), has_retry_info=details.delay_s is not None)
    return False, f"grpc.{name}", 0, text, retryable, details.delay_s


def _of_no_grpc(reply: Reply, now_ns: int) -> Verdict:
    """Something on the way answered, or what listens there does not speak gRPC."""
    name = _HTTP_TO_GRPC.get(reply.status, "UNKNOWN")
    kind = reply.headers.get("content-type", "no content type")
    text = f"HTTP {reply.status} with {kind}, and no gRPC status: is this an OTLP/gRPC port?"
    hint = retry_after_s(reply.headers.get("retry-after", ""), now_ns)
    return False, f"grpc.{name}", 0, text, is_retryable_grpc(GRPC_CODES.index(name)), hint


def _accepted(body: bytes, kind: str, fault: str) -> Verdict:
    rejected, text = 0, ""
    if not fault:
        try:
            rejected, text = partial_success(body, kind)
        except ValueError as error:
            fault = f"its answer could not be read: {error}"
    return True, "ok", rejected, text or (f"accepted, but {fault}" if fault else ""), False, None


def _plain_body(reply: Reply, header: str) -> tuple[bytes, str]:
    """The body, decompressed, and what is wrong with it."""
    if reply.is_cut:
        return reply.body, "its answer is too large or breaks off"
    encoding = reply.headers.get(header, "identity").lower()
    try:
        return decompress(encoding, reply.body, _limit(reply)), ""
    except SondeError as error:
        return b"", f"its answer could not be read: {error.message}"


def _limit(reply: Reply) -> int:
    # An answer holds a sentence or two: what inflates a thousandfold is no such thing.
    return 65536 + 32 * len(reply.body)


def _message_body(reply: Reply) -> tuple[bytes, str, str]:
    """The first message of a gRPC answer: its bytes, their kind, what is wrong with them."""
    kind = "application/x-protobuf"
    if reply.is_cut or not reply.body:
        return b"", kind, "its answer is too large" if reply.is_cut else ""
    size = int.from_bytes(reply.body[1:5], "big")
    if len(reply.body) != 5 + size:
        return b"", kind, "its answer is not one gRPC message"
    bare = Reply(reply.status, reply.headers, reply.body[5:])
    body, fault = _plain_body(bare, "grpc-encoding") if reply.body[0] else (bare.body, "")
    return body, kind, fault


def _percent_decoded(text: str) -> str:
    """A `grpc-message`, which is percent-encoded UTF-8; what is not valid stays as it is ("gRPC over HTTP2")."""
    if "%" not in text:
        return text
    head, *rest = text.encode("utf-8", "replace").split(b"%")
    out = bytearray(head)
    for part in rest:
        try:
            out += bytes((int(part[:2].decode("ascii"), 16),)) + part[2:] if len(part) >= 2 else b"%" + part
        except ValueError:
            out += b"%" + part
    return out.decode("utf-8", "replace")


@cache
def _binascii() -> Any:
    return import_module("binascii")


def _base64(text: str) -> bytes:
    """A binary header's value: base64 with or without padding; empty when it is not that."""
    try:
        octets: bytes = _binascii().a2b_base64(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return octets


def _printable(text: str) -> str:
    """A foreign text, fit for a log line: without control characters, and not endless."""
    clean = "".join(each if each.isprintable() else " " for each in text[:_MAX_MESSAGE])
    return clean.strip() + ("…" if len(text) > _MAX_MESSAGE else "")
