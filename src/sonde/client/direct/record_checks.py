"""What `builders` puts into records, checked: every refusal says what, where, and how to mend it."""

from __future__ import annotations

import os
import re
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from sonde.client.direct.records import Resource, Scope, Span, SpanContext, Status
from sonde.core.errors import ValidationError

__all__ = [
    "attributes_of",
    "context_of",
    "exception_attributes",
    "moment",
    "nanoseconds",
    "number",
    "one_of",
    "refuse",
    "resource_of",
    "scope_of",
    "status_of",
    "text",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EARLIEST_NS = 10**15  # 1970-01-12; a smaller integer was meant in seconds or milliseconds
_LATEST_NS = 2**63 - 1
_DEEPEST = 32
_STATUSES = {"unset": 0, "ok": 1, "error": 2}
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


def refuse(problem: str, mend: str) -> ValidationError:
    """The error for a wrong argument."""
    return ValidationError(f"{problem}; {mend}")


def text(value: Any, where: str) -> str:
    """A string that can be UTF-8."""
    if not isinstance(value, str):
        raise refuse(f"{where} is {_named(value)}", "give a str")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise refuse(f"{where} holds half of a surrogate pair", "decode the text with errors='replace'") from None
    return value


def number(value: Any, where: str) -> float:
    """An int or a float, bool excluded."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{where} has {_named(value)} for a number", "give an int or a float")
    return value


def one_of(known: Mapping[str, int], name: Any, where: str) -> int:
    """The number of a name."""
    found = known.get(name) if isinstance(name, str) else None
    if found is None:
        raise refuse(f"{where} {name!r} is unknown", f"use one of {', '.join(known)}")
    return found


def nanoseconds(value: Any, where: str) -> int:
    """Nanoseconds since the epoch, from an int of them, a float of seconds, or a datetime."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise refuse(f"{where} is a datetime without a zone", "use datetime.now(timezone.utc), or .astimezone()")
        found = (value - _EPOCH) // _MICROSECOND * 1000
    elif isinstance(value, float) and isfinite(value):
        found = round(value * 1e9)
    elif isinstance(value, int) and not isinstance(value, bool):
        found = value
    else:
        raise refuse(f"{where} is {_named(value)}", "give nanoseconds as an int, seconds as a float, or a datetime")
    if not _EARLIEST_NS <= found <= _LATEST_NS:
        raise refuse(
            f"{where} is {found} ns, not a time since 1970", "ints are nanoseconds (time.time_ns()), floats seconds"
        )
    return found


def moment(value: Any, where: str) -> int:
    """As `nanoseconds`; None is now."""
    return time.time_ns() if value is None else nanoseconds(value, where)


def attributes_of(attributes: Mapping[str, Any] | None, where: str) -> dict[str, Any]:
    """A copy of attributes, each of them one that OTLP can carry."""
    if attributes is None:
        return {}
    if not isinstance(attributes, Mapping):
        raise refuse(f"{where}: attributes are {_named(attributes)}", "give a dict")
    return {
        text(key, f"{where}: attribute name"): value_of(value, f"{where}: attribute {key!r}")
        for key, value in attributes.items()
    }


def value_of(value: Any, where: str, depth: int = 0) -> Any:
    """A copy of a value that OTLP can carry."""
    if value is None or isinstance(value, bool | float | bytes):
        return value
    if isinstance(value, str):
        return text(value, where)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise refuse(f"{where} is an int of more than 64 bits", "send it as str(...)")
        return value
    if depth >= _DEEPEST:
        raise refuse(f"{where} is nested deeper than {_DEEPEST} levels", "flatten it, or send it as JSON text")
    if isinstance(value, list | tuple):
        return [value_of(item, f"{where}[{at}]", depth + 1) for at, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {
            text(key, f"{where}: key"): value_of(item, f"{where}[{key!r}]", depth + 1) for key, item in value.items()
        }
    raise refuse(
        f"{where} is {_named(value)}",
        "OTLP has str, bool, int, float, bytes, lists and dicts: convert it, as with str(...)",
    )


def context_of(other: Any, where: str) -> SpanContext:
    """The ids of another span: one made here, a context, a `traceparent`, or whatever has both ids as ints."""
    if isinstance(other, Span):
        return other.context
    if isinstance(other, SpanContext):
        return other
    if isinstance(other, str):
        found = _TRACEPARENT.fullmatch(other.strip())
        if found is None:
            raise refuse(f"{where} {other[:80]!r} is no traceparent", "it looks like 00-<32 hex>-<16 hex>-01")
        ids = [int(part, 16) for part in found.groups()]
        return _valid(SpanContext(ids[0], ids[1], is_remote=True, trace_flags=ids[2]), where)
    trace_id, span_id = getattr(other, "trace_id", None), getattr(other, "span_id", None)
    if not isinstance(trace_id, int) or not isinstance(span_id, int):
        raise refuse(f"{where} is {_named(other)}", "give a span, a traceparent, or a span context of the SDK")
    return _valid(SpanContext(trace_id, span_id, is_remote=bool(getattr(other, "is_remote", False))), where)


def _valid(context: SpanContext, where: str) -> SpanContext:
    if not (0 < context.trace_id < 1 << 128 and 0 < context.span_id < 1 << 64):
        raise refuse(f"{where} has an id of zeros, or one that is too long", "leave it out to begin a new trace")
    return context


def status_of(status: Any, where: str) -> Status:
    """A span's status from its name, an exception, or a record."""
    if isinstance(status, Status):
        return status
    if isinstance(status, BaseException):
        return Status(2, f"{type(status).__name__}: {status}")
    return Status(one_of(_STATUSES, status, f"{where}: status"))


def exception_attributes(error: BaseException) -> dict[str, Any]:
    """`exception.*` of the semantic conventions ("Exceptions in spans and logs")."""
    kind = type(error)
    module = "" if kind.__module__ in {"builtins", "__main__"} else f"{kind.__module__}."
    stack = "".join(traceback.format_exception(error))
    found = {
        "exception.type": f"{module}{kind.__qualname__}",
        "exception.message": str(error),
        "exception.stacktrace": stack,
    }
    return {key: value.encode(errors="replace").decode() for key, value in found.items()}


def resource_of(inherits: Any, service: str | None, more: Mapping[str, Any] | None, where: str) -> Resource:
    """Who sends: that of a span that is inherited from, unless something else is said."""
    if isinstance(inherits, Span) and more is None and service in {None, inherits.resource.attributes["service.name"]}:
        return inherits.resource
    if service is None and isinstance(inherits, Span):
        service = inherits.resource.attributes["service.name"]
    attributes = attributes_of(more, f"{where}: resource")
    name = service or attributes.get("service.name") or os.environ.get("OTEL_SERVICE_NAME") or "unknown_service"
    return Resource(attributes | {"service.name": text(name, f"{where}: service")})


def scope_of(inherits: Any, scope: str | Scope | None, where: str) -> Scope:
    """The code that made a record: that of a span that is inherited from, unless something else is said."""
    if isinstance(scope, Scope):
        return scope
    if scope is None:
        return inherits.instrumentation_scope if isinstance(inherits, Span) else Scope()
    return Scope(text(scope, f"{where}: scope"))


def _named(value: Any) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
