"""The table of conditions, read from the families' rows when somebody first asks.

A family's file holds text, a line a condition:

    NAME [= NUMBER] | CATEGORY [SEVERITY] [retry] [wraps] | TITLE [| ADVICE]

Without a severity a condition that may be tried again is a warning and any other an error; without advice it gets its
category's. Text costs nothing to import, reads as a table, and is checked as a whole by the tests. Two families are
made from other data: `sonde` from the traits of `sonde.core.errors`, and the exit codes above 128 from the signals.

The families' files are imported by `table()`, so that importing this module, as every application does, stays cheap.
Thread-safe: at worst two threads read the table at the same time, and the results are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from sonde.core import errors
from sonde.core.conditions.condition import Condition
from sonde.core.errors import Category, Severity, SondeError

__all__ = ["DEFAULT_ADVICE", "FILES", "SIGNAL_NUMBERS", "about", "table"]

FILES = (
    "grpc_codes",
    "http_statuses",
    "transport",
    "drops",
    "errnos",
    "names",
    "tls_alerts",
    "tls_verify",
    "processes",
    "standard_library",
    "libraries",
)
"""The modules beside this one that hold rows, in the order of the documentation's page."""

SIGNAL_NUMBERS = MappingProxyType({
    "SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGILL": 4, "SIGTRAP": 5, "SIGABRT": 6, "SIGBUS": 7, "SIGFPE": 8,
    "SIGKILL": 9, "SIGUSR1": 10, "SIGSEGV": 11, "SIGUSR2": 12, "SIGPIPE": 13, "SIGALRM": 14, "SIGTERM": 15,
    "SIGSTKFLT": 16, "SIGCHLD": 17, "SIGCONT": 18, "SIGSTOP": 19, "SIGTSTP": 20, "SIGTTIN": 21, "SIGTTOU": 22,
    "SIGURG": 23, "SIGXCPU": 24, "SIGXFSZ": 25, "SIGVTALRM": 26, "SIGPROF": 27, "SIGWINCH": 28, "SIGIO": 29,
    "SIGPWR": 30, "SIGSYS": 31,
})  # fmt: skip
"""Linux's numbers (`signal(7)`, x86 and ARM), which a container's exit code is made of wherever it is read."""

DEFAULT_ADVICE = {
    Category.OK: "Nothing to do.",
    Category.VALIDATION: "Correct what was given; trying the same again cannot help.",
    Category.CONFIGURATION: "Correct the setting, the option or the installation that it names.",
    Category.AUTHENTICATION: "Send a valid credential; check that it has not expired.",
    Category.AUTHORIZATION: "Use an identity that may do this, or have the permission granted.",
    Category.NOT_FOUND: "Check the name, the path and whether it was made yet.",
    Category.QUOTA: "Slow down, and wait as long as the answer says before trying again.",
    Category.EXHAUSTED: "Free what ran out, or raise its limit.",
    Category.UNAVAILABLE: "Wait a little and try again; if it stays, look at the part that did not answer.",
    Category.TIMEOUT: "Allow more time or ask for less at once; if it stays, find out what is slow.",
    Category.NETWORK: "Check address, port, firewall and the route to the peer, then try again.",
    Category.DNS: "Check the host name and the resolver (`/etc/resolv.conf`); `getent hosts NAME` shows what it answers.",
    Category.TLS: "Compare both ends' certificates and TLS settings; `openssl s_client -connect HOST:PORT` shows the peer's.",
    Category.SERIALIZATION: "Look at the bytes or the value: it is not what the format allows.",
    Category.STORAGE: "Check the disk and the file system it names; the kernel's log (`dmesg`) says more about hardware.",
    Category.INTERNAL: "A defect in the program: look at the traceback and report it with the lines above it.",
}
"""Advice for conditions that have none of their own, by category."""

_CATEGORIES = {category.value: category for category in Category}
_SEVERITIES = {severity.value: severity for severity in Severity}


@cache
def table() -> Mapping[str, Condition]:
    """Every condition by its code, in the order of the files. Read once, in a few milliseconds."""
    found: dict[str, Condition] = {}
    for family, (_, text) in _families().items():
        for condition in _read(family, text):
            found[condition.code] = condition
    for condition in (*_killed(found), *_own()):
        found.setdefault(condition.code, condition)
    return MappingProxyType(found)


@cache
def about() -> Mapping[str, str]:
    """What each family is, by its name, one line with its source."""
    own = {"sonde": "Sonde's own errors, by class (`sonde.core.errors`)"}
    return MappingProxyType({family: line for family, (line, _) in _families().items()} | own)


def _families() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for file in FILES:
        found |= import_module(f"sonde.core.conditions.{file}").FAMILIES
    return found


def _read(family: str, text: str) -> Iterator[Condition]:
    for line in filter(None, text.splitlines()):
        name, traits, title, advice = (*(part.strip() for part in line.split("|", 3)), "")[:4]
        name, _, number = (part.strip() for part in name.partition("="))
        words = traits.split()
        category, retryable = _CATEGORIES[words[0]], "retry" in words
        severity = next((_SEVERITIES[word] for word in words if word in _SEVERITIES), None)
        yield Condition(
            code=f"{family}.{name}" if name != family else name,
            title=title,
            category=category,
            severity=severity or (Severity.WARNING if retryable else Severity.ERROR),
            retryable=retryable,
            advice=advice or DEFAULT_ADVICE[category],
            family=family,
            number=int(number) if number else None,
            is_wrapper="wraps" in words,
        )


def _killed(found: Mapping[str, Condition]) -> Iterator[Condition]:
    """Exit codes of processes that a signal ended: 128 and its number (POSIX shells; containers)."""
    for name, number in SIGNAL_NUMBERS.items():
        signal = found[f"signal.{name}"]
        yield Condition(
            code=f"exit.{128 + number}",
            title=f"Ended by {name} (128 + {number})",
            category=signal.category,
            severity=signal.severity,
            retryable=signal.retryable,
            advice=signal.advice,
            family="exit",
            number=128 + number,
        )


def _own() -> Iterator[Condition]:
    """Sonde's own errors, from their traits; the title is the first sentence of the class."""
    for name in errors.__all__:
        kind = getattr(errors, name)
        if not issubclass(kind, SondeError):
            continue
        yield Condition(
            code=f"sonde.{name}",
            title=(kind.__doc__ or name).strip().split("\n")[0].rstrip("."),
            category=kind.traits.category,
            severity=kind.traits.severity,
            retryable=kind.traits.retryable,
            advice=kind.traits.advice,
            family="sonde",
            is_wrapper=name in _WRAPPERS,
        )


_WRAPPERS = {"SondeError", "NetworkError", "DnsError", "TlsError", "UnavailableError", "StorageError", "InternalError"}
