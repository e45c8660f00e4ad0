"""`sonde explain`: what a code, status, signal or exception means, and what to do about it."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from sonde.cli.failure import CommandError
from sonde.cli.output import Column, JsonFlag, console, counted, note, print_json, print_table
from sonde.cli.printable import printable
from sonde.core.conditions import Condition, Family, candidates, families, near, search
from sonde.core.errors import Category, NotFoundError, ValidationError

__all__ = ["EXAMPLES", "command"]

EXAMPLES = """
sonde explain errno.ECONNREFUSED    # a code, as in a log line or sonde.stats()
sonde explain 137                   # a number: everything that it can be
sonde explain drop                  # a family; without a name all families
sonde explain --search certificate  # all that speak of it
sonde explain http.503 --json | jq .retryable
"""

_FAMILIES = (Column("FAMILY", is_whole=True), Column("CODES", justify="right", is_whole=True), Column("ABOUT"))
_CONDITIONS = (Column("CODE", is_whole=True), Column("RETRY", is_whole=True), Column("TITLE"))
_INDENT = 12


def _codes_like(incomplete: str) -> list[str]:
    return [row.code for family in families() for row in family.conditions if row.code.startswith(incomplete)]


def command(
    *,
    code: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CODE", autocompletion=_codes_like, help="A code, name, number or family; none lists the families."
        ),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option("--search", "-s", metavar="WORDS", help="List conditions that contain all of these words."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """What a code, status, signal or exception means, and what to do about it.

    Takes codes as Sonde writes them (http.503, errno.ECONNREFUSED, grpc.UNAVAILABLE, tls.verify.CERT_HAS_EXPIRED), and
    names and numbers as others do (SIGKILL, "HTTP 503", StatusCode.UNAVAILABLE, 137). Asks no server.
    """
    if words is not None and code:
        advice = "Give a code, or --search with words."
        raise CommandError("both a code and --search are given", advice=advice, like=ValidationError)
    if words is not None:
        _list(_found(words), as_json=as_json)
    elif code:
        _explain(" ".join(code), as_json=as_json)
    else:
        _families(families(), as_json=as_json)


def _found(words: str) -> Sequence[Condition]:
    found = search(words)
    if not found:
        advice = "Try fewer or other words; `sonde explain` lists the families."
        raise CommandError(f"no condition speaks of {words!r}", advice=advice, like=NotFoundError)
    return found


def _explain(text: str, *, as_json: bool) -> None:
    """One code or everything that it can be; a family's name lists the family."""
    family = next((family for family in families() if family.name == text), None)
    if family and len(family.conditions) > 1:
        _list(family.conditions, as_json=as_json)
        return
    found = candidates(text)
    if not found:
        raise _unknown(text)
    if as_json:
        _json(found)
        return
    for place, condition in enumerate(found):
        if place:
            console().print()
        _describe(condition)
    if len(found) > 1:
        note(f"{printable(text)!r} can be any of these {len(found)}; a full code means one.")


def _unknown(text: str) -> CommandError:
    alike = ", ".join(condition.code for condition in near(text))
    advice = f"Did you mean {alike}?\n" if alike else ""
    advice += "`sonde explain --search WORDS` searches, `sonde explain` lists the families."
    return CommandError(f"no condition is called {text!r}", advice=advice, like=NotFoundError)


def _describe(condition: Condition) -> None:
    console().print(Text.assemble((condition.code, "bold"), "  ", condition.title), soft_wrap=True)
    for name, value in (
        ("category", condition.category.value),
        ("severity", condition.severity.value),
        ("try again", _retry(condition)),
        ("what to do", condition.advice),
    ):
        label, width = f"{name:<{_INDENT}}", max(40, console().width)
        filled = textwrap.fill(value, width, initial_indent=label, subsequent_indent=" " * _INDENT)
        line = Text(filled)
        line.stylize("dim", 0, _INDENT)
        console().print(line, soft_wrap=True)


def _retry(condition: Condition) -> str:
    if condition.category is Category.OK:
        return "not needed"
    return "yes, it may succeed later" if condition.retryable else "no, not before something changed"


def _list(conditions: Sequence[Condition], *, as_json: bool) -> None:
    if as_json:
        _json(conditions)
        return
    print_table(_CONDITIONS, [(row.code, "yes" if row.retryable else "no", row.title) for row in conditions])


def _families(known: Iterable[Family], *, as_json: bool) -> None:
    rows = [(family.name, len(family.conditions), family.about) for family in known]
    if as_json:
        for name, count, about in rows:
            print_json({"family": name, "conditions": count, "about": about})
        return
    print_table(_FAMILIES, [(name, str(count), about) for name, count, about in rows])
    note(f"{counted(sum(row[1] for row in rows), 'condition')}; `sonde explain FAMILY` lists one family's.")


def _json(conditions: Iterable[Condition]) -> None:
    for condition in conditions:
        row: dict[str, Any] = dataclasses.asdict(condition)
        row |= {"category": condition.category.value, "severity": condition.severity.value}
        del row["is_wrapper"]
        print_json(row)
