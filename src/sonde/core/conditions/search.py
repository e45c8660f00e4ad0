"""Find conditions: by code, by any name or number that people meet, by similarity, by a word.

A code has one spelling; people have many: `503`, `HTTP 503`, `StatusCode.UNAVAILABLE`, `errno 111`, `137`,
`X509_V_ERR_CERT_HAS_EXPIRED`. `candidates` takes them all; where one could mean several things (`14` is gRPC's
UNAVAILABLE, an errno and a signal) it gives all of them, and `lookup` none.

Numbers of errnos, signals and resolver codes are this system's; all others are those of the registries.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from sonde.core.conditions.condition import Condition
from sonde.core.conditions.rows import DEFAULT_ADVICE, about, table

__all__ = ["Family", "candidates", "families", "lookup", "near", "numbered", "search"]


@dataclass(frozen=True, slots=True)
class Family:
    """Conditions of one origin.

    Attributes:
        name: what their codes begin with.
        about: what they are and who registered them, one line.
        conditions: all of them, in the table's order.
    """

    name: str
    about: str
    conditions: tuple[Condition, ...]


def families() -> tuple[Family, ...]:
    """All families, in the table's order."""
    members: dict[str, list[Condition]] = {}
    for condition in table().values():
        members.setdefault(condition.family, []).append(condition)
    return tuple(Family(name, about()[name], tuple(found)) for name, found in members.items())


def lookup(text: str) -> Condition | None:
    """The condition with this code, or with this name or number when only one has it; None when none or several do."""
    found = candidates(text)
    return found[0] if len(found) == 1 else None


def candidates(text: str) -> tuple[Condition, ...]:
    """Every condition that the text can mean, best first; a full code means itself only."""
    text = _plain(text)
    exact = table().get(text) or _codes().get(text.casefold()) or _in_family(text)
    if exact:
        return (exact,)
    found = dict.fromkeys([*_by_number(text), *_names().get(text.casefold(), ())])
    return tuple(row for row in found if row.name.rpartition(".")[2] == text) or tuple(found)


def near(text: str, limit: int = 5) -> tuple[Condition, ...]:
    """Conditions whose code or name is spelt like the text, most alike first."""
    from difflib import get_close_matches  # noqa: PLC0415  only where somebody mistyped a code

    text = _plain(text).casefold()
    found: dict[Condition, None] = {}
    for spelling in get_close_matches(text, [*_codes(), *_names()], n=4 * limit, cutoff=0.6):
        found.update(dict.fromkeys([_codes()[spelling]] if spelling in _codes() else _names()[spelling]))
    return tuple(found)[:limit]


def search(words: str) -> tuple[Condition, ...]:
    """Conditions that contain every one of the words in code, title, category or advice, in the table's order.

    The advice that a category gives to all of its own does not count.
    """
    wanted = words.casefold().split()
    return tuple(condition for condition in table().values() if all(word in _text(condition) for word in wanted))


@cache
def numbered(family: str) -> Mapping[int, Condition]:
    """A family's conditions by the numbers that its registry fixes, or that this system has for them."""
    own = {row.number: row for row in table().values() if row.family == family and row.number is not None}
    for number, name in _local_numbers(family).items():
        if row := table().get(f"{family}.{name}"):
            own[number] = row
    return own


def _local_numbers(family: str) -> Mapping[int, str]:
    if family == "errno":
        return errno.errorcode
    if family == "gai":
        import socket  # noqa: PLC0415  only where a resolver's number is asked for: applications load it when they connect

        return {number: name for name, number in vars(socket).items() if name.startswith("EAI_")}
    if family == "signal":
        import signal  # noqa: PLC0415  only where a signal's number is asked for

        return {int(member): member.name for member in signal.Signals}
    return {}


_NUMBERED = ("http", "exit", "grpc", "errno", "signal", "gai", "http2", "dns", "tls.alert", "tls.verify")


def _by_number(text: str) -> list[Condition]:
    if not re.fullmatch(r"-?\d{1,9}", text):
        return []
    return [numbered(family)[int(text)] for family in _NUMBERED if int(text) in numbered(family)]


def _in_family(text: str) -> Condition | None:
    """`FAMILY NUMBER` and `FAMILY.NUMBER`; a member of an open family that has no row is made from the family's rest."""
    matched = re.fullmatch(r"([a-z0-9.]+?)[ .:]+(-?\d{1,9})", text.casefold())
    if matched:
        family, number = matched[1], int(matched[2])
        return numbered(family).get(number) or _unnumbered(family, number) if family in _NUMBERED else None
    matched = re.fullmatch(r"tls\.([A-Z0-9_]{1,80})", text)
    if not matched:
        return None
    alert = table().get(f"tls.alert.{re.sub(_ALERT_PREFIX, '', matched[1])}")
    return alert or replace(table()["tls.error"], code=text, title=matched[1].replace("_", " ").capitalize())


_ALERT_PREFIX = r"^(?:ALERT_DESCRIPTION|(?:SSLV3|TLSV1|TLSV12|TLSV13)(?:_ALERT)?)_"


def _unnumbered(family: str, number: int) -> Condition | None:
    """RFC 9110, section 15: an unknown status means what the first of its class means. So for the open-ended others."""
    rest = {"http": f"http.{number // 100}00", "exit": "exit.1", "errno": "errno.OTHER", "signal": "signal.SIGRTMIN"}
    row = table().get(rest.get(family, ""))
    if row is None or (family == "http" and not 100 <= number <= 599):
        return None
    title = f"Unregistered status, read as {row.number}: {row.title}" if family == "http" else f"{row.title} ({number})"
    return replace(row, code=f"{family}.{number}", title=title, number=number)


def _plain(text: str) -> str:
    text = text.strip()
    for pattern, code in _SPELLINGS:
        text = re.sub(pattern, code, text)
    return text


_SPELLINGS = [
    (r"^StatusCode\.", "grpc."),
    (r"^Signals\.", "signal."),
    (r"^X509_V_(?:ERR_)?", "tls.verify."),
    (r"^WSA(?=E)", "errno."),
    (r"^(?i:https? status|https?|status) +(?=\d)", "http."),
    (r"^(?i:exit (?:code|status)|exit) +(?=\d)", "exit."),
]
"""How others write what the table has a code for, and what the code begins with."""


def _text(condition: Condition) -> str:
    advice = "" if condition.advice == DEFAULT_ADVICE[condition.category] else condition.advice
    return f"{condition.code} {condition.title} {condition.category.value} {advice}".casefold()


@cache
def _codes() -> Mapping[str, Condition]:
    return {code.casefold(): row for code, row in table().items()}


@cache
def _names() -> Mapping[str, tuple[Condition, ...]]:
    """Conditions by name without family, by class name without module, and by title; each in lower case."""
    found: dict[str, list[Condition]] = {}
    for row in table().values():
        short = row.name.removeprefix("EAI_").removeprefix("SIG")
        for name in {row.name, short, row.name.rpartition(".")[2], row.title}:
            found.setdefault(name.casefold(), []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}
