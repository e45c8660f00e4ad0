"""Name what went wrong: any exception, code, status or signal becomes a `Condition` of the table.

    classify(ConnectionRefusedError(111, "…"))    errno.ECONNREFUSED
    classify(httpx.ConnectError from gaierror)    gai.EAI_NONAME
    classify(requests response with 503)          http.503
    classify("SIGKILL")                           signal.SIGKILL
    classify(object())                            python.object, category internal

How an exception is named, in this order:

1. by a code that it carries: errno, resolver code, certificate verification code, TLS alert, gRPC code, HTTP status of 400
   or more, exit code;
2. by its class, or the nearest of its parents that the table has, known by module and name, so that no library is
   imported. A class that the table marks as a wrapper (`httpx.ConnectError`, `MaxRetryError`, `OSError`) says only that
   something beneath failed, as does a class that it does not know;
3. of those, by what is beneath: `reason`, `__cause__`, exceptions in `args`, `__context__`, in that order, the first that
   says more. A `__context__` only counts when it carries a code: an error raised while another was handled often has
   nothing to do with it. An exception group means what its members agree on.
4. If nothing is beneath: the wrapper's own row; for an unknown class `python.NAME`.

`classify` raises nothing, whatever it is given: attributes and texts that raise are as good as absent, cycles end.
Interrupts that arrive meanwhile (`KeyboardInterrupt`) are not its own and pass. Thread-safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sonde.core.conditions.condition import Condition
from sonde.core.conditions.rows import table
from sonde.core.conditions.search import lookup, numbered

__all__ = ["classify"]

_DEEPEST = 64  # wrappers looked through; real chains have six at most (requests > urllib3 > urllib3 > socket)
_WIDEST = 100  # members of a group, and arguments, that are looked at
_LIBRARIES = {"httpx", "httpcore", "urllib3", "requests", "h11", "h2", "sonde", "grpcio"}
_RESOLVER = {1: "gai.EAI_NONAME", 2: "gai.EAI_AGAIN", 3: "gai.EAI_FAIL", 4: "gai.EAI_NODATA"}  # h_errno, netdb.h


def classify(anything: object) -> Condition:
    """The condition of an exception, exception class, code, status, signal or response.

    Args:
        anything: an exception or its class; a code or name (`http.503`, `ECONNREFUSED`, `SIGKILL`, `grpc.UNAVAILABLE`) if
            only one condition has it; a member of `http.HTTPStatus`, `signal.Signals`, `ssl.AlertDescription`,
            `grpc.StatusCode` or `h2.errors.ErrorCodes`; an object with `status_code`, `status` or `returncode`, or with
            a condition's `code` (a `Delivery`).

    Returns:
        The condition; for what nobody knows one named `python.CLASS`, in the category `internal`.
    """
    try:
        return _classified(anything)
    except Exception:  # the promise: nothing that is handed in makes this raise
        return table()["python.object"]


def _classified(thing: object) -> Condition:
    if isinstance(thing, Condition):
        return thing
    if isinstance(thing, str) and not _is_enum(thing):
        return lookup(thing[:200]) or table()["python.str"]
    if isinstance(thing, BaseException):
        return _exception(thing, [])
    if isinstance(thing, type) and issubclass(thing, BaseException):
        return _named(thing)
    return _enum(thing) or _carried(thing, least=100) or _unknown(type(thing))


def _exception(error: BaseException, seen: list[BaseException]) -> Condition:
    by_class = _of_class(type(error))
    own = _coded(error) or (by_class if by_class and not by_class.is_wrapper else None)
    return own or _from_beneath(error, seen) or _named(type(error))


def _from_beneath(error: BaseException, seen: list[BaseException]) -> Condition | None:
    """The condition of the first thing beneath that says more; `seen` are the wrappers that were looked through."""
    seen.append(error)
    if len(seen) > _DEEPEST:
        return None
    if isinstance(error, BaseExceptionGroup):
        return _agreed((_get(error, "exceptions") or ())[:_WIDEST], seen)
    for cause, is_said in _beneath(error):
        if _is_new(cause, seen):
            found = _exception(cause, seen)
            if _says_more(found, is_said=is_said):
                return found
    return None


def _agreed(members: Sequence[BaseException], seen: list[BaseException]) -> Condition | None:
    """The condition that all members of a group are, if they are one."""
    found: dict[str, Condition] = {}
    for member in members:
        if _is_new(member, seen):
            row = _exception(member, seen)
            found[row.code] = row
    return next(iter(found.values())) if len(found) == 1 else None


def _is_new(error: BaseException, seen: list[BaseException]) -> bool:
    return not any(error is known for known in seen)


def _says_more(found: Condition, *, is_said: bool) -> bool:
    if found.is_wrapper or (found.family == "python" and found.code not in table()):
        return False
    return is_said or found.family not in {"python", *_LIBRARIES}


def _beneath(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    """What is beneath an exception, and whether the exception itself said so."""
    args = _get(error, "args")
    said = [_get(error, "reason"), _get(error, "__cause__"), *(args[:_WIDEST] if isinstance(args, tuple) else ())]
    for cause in said:
        if isinstance(cause, BaseException):
            yield cause, True
    context = _get(error, "__context__")
    if isinstance(context, BaseException) and _get(error, "__suppress_context__") is not True:
        yield context, False


def _coded(error: BaseException) -> Condition | None:
    """The condition of a code that the exception carries."""
    kinds = {f"{_top(kind)}.{kind.__name__}" for kind in type(error).__mro__}
    if "ssl.SSLError" in kinds:
        return _tls(error)
    if "socket.herror" in kinds:
        return table().get(_RESOLVER.get(_get(error, "errno"), ""))
    if "socket.gaierror" in kinds:
        return _numbered("gai", _get(error, "errno"))
    if isinstance(error, OSError):
        return _system(error) or _carried(error, least=400)
    if isinstance(error, SystemExit):
        return _exit(error.code)
    if "grpc.RpcError" in kinds:
        return _grpc(error)
    return _carried(error, least=400)


def _system(error: OSError) -> Condition | None:
    number = _get(error, "errno")
    if isinstance(number, int):
        return _numbered("errno", number) or lookup(f"errno.{number}")
    # asyncio joins the errors of several addresses into one text: "Multiple exceptions: [Errno 111] …, [Errno 111] …"
    numbers = set(re.findall(r"\[Errno (-?\d{1,5})\]", _words(error)))
    return _numbered("errno", int(numbers.pop())) if len(numbers) == 1 else None


def _tls(error: BaseException) -> Condition | None:
    found = _numbered("tls.verify", _get(error, "verify_code"))
    if found:
        return found
    reason = _get(error, "reason")
    if not isinstance(reason, str) or not reason:
        said = re.search(r"\] ([\w ]{2,80}) \(_ssl", _words(error))  # "[SSL] PEM lib (_ssl.c:3922)" has no reason
        reason = said[1] if said else ""
    return lookup(f"tls.{reason.replace(' ', '_').upper()[:80]}") if reason else None


def _grpc(error: BaseException) -> Condition | None:
    code = _get(error, "code")
    return _enum(code()) if callable(code) else None


def _exit(code: object) -> Condition:
    if code is None:
        return table()["exit.0"]
    return (lookup(f"exit.{code}") if isinstance(code, int) else None) or table()["exit.1"]


def _carried(thing: object, *, least: int) -> Condition | None:
    """By an attribute: a condition's code, an HTTP status (also of a `response`), a process's return code."""
    code = _get(thing, "code")
    if isinstance(code, str) and code in table() and ("." in code or not isinstance(thing, BaseException)):
        return table()[code]
    for holder in (thing, _get(thing, "response")):
        for name in ("status_code", "status"):
            status = _get(holder, name)
            if isinstance(status, int) and not isinstance(status, bool) and least <= status <= 599:
                return lookup(f"http.{int(status)}")
    if _top(type(thing)) == "subprocess":
        returned = _get(thing, "returncode")
        if isinstance(returned, int):
            return lookup(f"signal.{-returned}") if returned < 0 else lookup(f"exit.{returned}")
    if _top(type(thing)) == "h2" and not isinstance(thing, BaseException):
        return _numbered("http2", _get(thing, "error_code"))
    return None


_ENUMS = {
    "http.HTTPStatus": ("http", "value"),
    "signal.Signals": ("signal", "name"),
    "ssl.AlertDescription": ("tls.alert", "value"),
    "grpc.StatusCode": ("grpc", "name"),
    "h2.ErrorCodes": ("http2", "name"),
}


def _enum(member: object) -> Condition | None:
    """A member of one of the enumerations that have rows."""
    known = _ENUMS.get(f"{_top(type(member))}.{type(member).__name__}")
    if known is None:
        return None
    family, attribute = known
    value = _get(member, attribute)
    return _numbered(family, value) if attribute == "value" else table().get(f"{family}.{value}")


def _is_enum(thing: object) -> bool:
    return f"{_top(type(thing))}.{type(thing).__name__}" in _ENUMS


def _numbered(family: str, number: object) -> Condition | None:
    return numbered(family).get(int(number)) if isinstance(number, int) else None


def _of_class(kind: type) -> Condition | None:
    """The row of a class, or of the nearest parent that has one."""
    known = _classes()
    return next((row for parent in kind.__mro__ if (row := known.get(f"{_top(parent)}.{parent.__name__}"))), None)


@cache
def _classes() -> Mapping[str, Condition]:
    """Rows of classes by top-level package and name: where in a package a class is defined changes between versions."""
    found = {}
    for row in table().values():
        top, _, _ = row.name.partition(".") if "." in row.name else ("builtins", "", "")
        if row.family == "python":
            found[f"{top}.{row.name.rpartition('.')[2]}"] = row
        elif row.family in _LIBRARIES:
            found[f"{row.family}.{row.name}"] = row
            found[f"{row.family.removesuffix('io')}.{row.name}"] = row
    return found


def _top(kind: type) -> str:
    """The top-level package of a class; `_queue.Empty` is queue's, as `grpc._channel` is grpc's."""
    module = kind.__module__
    return module.partition(".")[0].lstrip("_") if isinstance(module, str) else ""


def _named(kind: type) -> Condition:
    """The row of a class, or a condition of its own where nobody knows more of it than that it is an exception."""
    row = _of_class(kind)
    return row if row and row.code not in {"python.Exception", "python.BaseException"} else _unknown(kind)


def _unknown(kind: type) -> Condition:
    name = kind.__name__[:80]
    known = table().get(f"python.{name}")
    if known:
        return known
    row = table()["python.Exception"] if issubclass(kind, BaseException) else table()["python.object"]
    return replace(row, code=f"python.{name}", title=f"{name}: not in the table of conditions")


def _words(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:  # a text that cannot be had says nothing
        return ""


def _get(thing: object, name: str) -> Any:
    try:
        return getattr(thing, name, None)
    except Exception:  # an attribute that raises is as good as absent
        return None
