"""Switch on the official instrumentation of whatever libraries are installed, and say which is lacking.

    >>> from sonde.client.instrument import report
    >>> print(report())  # doctest: +SKIP
    instrumented  fastapi 0.121.0, redis 7.0.0
    lacking       sqlalchemy 2.0.44
                  pip install opentelemetry-instrumentation-sqlalchemy==0.66b1

Installed libraries are found by their metadata, without being imported. A library that is imported already is
instrumented at once; any other at the moment it is first imported, so that a short script does not pay for a web framework
that happens to be installed. One that fails, or does not fit the library's version, is left out with its reason and never
stops the others, nor the application's import.
`OTEL_PYTHON_DISABLED_INSTRUMENTATIONS` is honoured, and what something else has switched on already is left alone.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from sonde.client.instrument_table import LIBRARIES, Library
from sonde.core.errors import ConfigError

if TYPE_CHECKING:
    from importlib import metadata

__all__ = ["Finding", "Report", "State", "instrument", "report"]

_log = logging.getLogger(__name__)
State = Literal["instrumented", "waiting", "already", "lacking", "conflict", "failed", "disabled", "available"]
_GROUP = "opentelemetry_instrumentor"
# Released together with the SDK, under one version: 1.45.1 of the one is 0.66b1 of the other.
_SISTERS = ("opentelemetry-instrumentation", "opentelemetry-semantic-conventions")
_OWN_VERSIONS = ("opentelemetry-instrumentation-openai-v2", "opentelemetry-instrumentation-vertexai")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one installed library.

    Attributes:
        library: the row of the table.
        version: the library's installed version; empty for a part of Python.
        state: `instrumented` (now), `waiting` (for its first import), `already` (by something else, or before), `lacking` (the instrumentation is not
            installed), `conflict` (it does not take this version), `failed`, `disabled` (by the variable), or
            `available` (installed, and not switched on).
        reason: what a person should know about a conflict or failure, or about names that were imported too early.
    """

    library: Library
    version: str
    state: State
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.library.name} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class Report:
    """The installed libraries and the state of their instrumentation; prints as a table.

    Attributes:
        findings: one for each installed library, in the order of the table.
    """

    findings: tuple[Finding, ...] = ()

    def of(self, state: State) -> tuple[Finding, ...]:
        """The findings in a state."""
        return tuple(finding for finding in self.findings if finding.state == state)

    @property
    def command(self) -> str:
        """The command that installs what is lacking, in versions that fit the SDK; empty when nothing is."""
        lacking = [finding.library.instrumentation for finding in self.of("lacking")]
        return f"pip install {' '.join(map(_pinned, dict.fromkeys(lacking)))}" if lacking else ""

    def __str__(self) -> str:
        lines = []
        for state in ("instrumented", "waiting", "already", "conflict", "failed", "disabled", "available", "lacking"):
            found = self.of(state)
            if not found:
                continue
            plain = [str(finding) for finding in found if not finding.reason]
            lines += [f"{state:13} {', '.join(plain)}"] if plain else []
            lines += [f"{state:13} {finding}: {finding.reason}" for finding in found if finding.reason]
        if self.command:
            lines.append(f"{'':13} {self.command}")
        return "\n".join(lines) or "no library was found that could be instrumented"


_last: Report | None = None


def instrument(wanted: bool | Iterable[str] = True) -> Report:  # noqa: FBT001, FBT002 - the value of configure()'s argument, as given there
    """Switch on instrumentation. May be called again; what is on stays on. Never raises for a library's trouble.

    Args:
        wanted: True for every installed library that is commonly wanted, False for none, or names from the table.

    Returns:
        What was found and done.

    Raises:
        ConfigError: a name is not in the table.
    """
    global _last  # noqa: PLW0603 - what `report` tells of
    names = _names(wanted)
    disabled = {name.strip() for name in os.environ.get("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "").split(",")}
    found = ((library, version) for library in LIBRARIES if (version := installed(library)) is not None)
    _last = Report(tuple(_switched_on(library, version, names, disabled) for library, version in found))
    return _last


def report() -> Report:
    """What the last `instrument` found and did; before the first, what it would find."""
    if _last is not None:
        return _last
    found = ((library, version) for library in LIBRARIES if (version := installed(library)) is not None)
    return Report(tuple(_looked_at(library, version) for library, version in found))


def installed(library: Library) -> str | None:
    """The installed version of a library; empty for a part of Python, None when it is not there.

    A part of Python counts only if its instrumentation is installed: nobody needs to be told to trace `sqlite3`.
    """
    if not library.distributions:
        return "" if _distribution(library.instrumentation) else None
    for name in library.distributions:
        distribution = _distribution(name)
        if distribution is not None:
            return str(distribution.version)
    return None


def _names(wanted: object) -> Collection[str]:
    if isinstance(wanted, bool):
        return {library.name for library in LIBRARIES if library.is_wanted} if wanted else ()
    if isinstance(wanted, str) or not isinstance(wanted, Iterable):
        raise ConfigError("instrument must be True, False or a list of names such as ['fastapi', 'redis']")
    names = {str(name).lower() for name in wanted}
    known = {library.name for library in LIBRARIES}
    for name in sorted(names - known):
        raise ConfigError(f"instrument: {name!r} is unknown; there are {', '.join(sorted(known))}")
    return names


def _looked_at(library: Library, version: str) -> Finding:
    """A library's state, without switching anything on."""
    is_lacking = library.is_wanted and not _distribution(library.instrumentation)
    return Finding(library, version, "lacking" if is_lacking else "available")


def _switched_on(library: Library, version: str, names: Collection[str], disabled: Collection[str]) -> Finding:
    distribution = _distribution(library.instrumentation)
    if distribution is None:
        return Finding(library, version, "lacking" if library.is_wanted or library.name in names else "available")
    if library.name not in names:
        return Finding(library, version, "available")
    points = [point for point in distribution.entry_points if point.group == _GROUP]
    kept = [point for point in points if point.name not in disabled and "*" not in disabled]
    if not kept:
        return Finding(library, version, "disabled")
    try:
        conflict = _conflict(distribution)
        if conflict:
            return Finding(library, version, "conflict", conflict)
        if library.trigger not in sys.modules and _waits(library, kept):
            return Finding(library, version, "waiting")
        return Finding(library, version, *_instrumented_late(library, kept))
    except Exception as error:
        _log.debug("instrumenting %s failed", library.name, exc_info=True)
        return Finding(library, version, "failed", f"{type(error).__name__}: {error}")


def _instrumented_late(library: Library, points: Sequence[Any]) -> tuple[State, str]:
    """Instrument a library that is imported already, and say whose names it is too late for.

    Instrumentations that put a class or function of their own in a library's namespace do not reach modules that took the
    original out of it before (`from flask import Flask`).
    """
    library_module = sys.modules.get(library.trigger)
    before = {name: value for name, value in vars(library_module).items() if callable(value)} if library_module else {}
    state = _instrumented(points)
    replaced = {name: value for name, value in before.items() if getattr(library_module, name, value) is not value}
    holders = sorted(
        {f"{module}.{name}" for name, value in replaced.items() for module in _holders(name, value, library)}
    )
    if not holders:
        return state, ""
    return state, f"{', '.join(holders)} was imported before and stays as it is; import it after sonde.configure()"


def _holders(name: str, value: object, library: Library) -> Iterator[str]:
    """The application's modules in which a name means a value; the library's own and OpenTelemetry's do not count."""
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] in {library.trigger.partition(".")[0], "opentelemetry", "sonde"}:
            continue
        if getattr(module, "__dict__", {}).get(name) is value:
            yield module_name


def _waits(library: Library, points: Sequence[Any]) -> bool:
    """Have a library instrumented as soon as it is imported; False where that cannot be arranged."""
    try:
        from wrapt import register_post_import_hook  # noqa: PLC0415 - comes with the instrumentations
    except ImportError:
        return False

    def switch_on(_module: object) -> None:
        try:
            _instrumented(points)
        except Exception as error:  # the application is in the middle of an import
            _log.warning("%s is not instrumented: %s: %s", library.name, type(error).__name__, error)

    register_post_import_hook(switch_on, library.trigger)
    return True


def _instrumented(points: Sequence[Any]) -> State:
    """Switch on every instrumentor of a distribution; one for a sister library that is not installed is passed over."""
    states: list[State] = []
    absent: ImportError | None = None
    for point in points:
        try:
            instrumentor = point.load()()
            if instrumentor.is_instrumented_by_opentelemetry:
                states.append("already")
                continue
            instrumentor.instrument(skip_dep_check=True)
        except ImportError as error:
            absent = error
            continue
        states.append("instrumented")
    if not states and absent is not None:
        raise absent
    return "instrumented" if "instrumented" in states else "already"


def _conflict(distribution: metadata.Distribution) -> str:
    """Why an instrumentation does not take the installed version of its library; empty when it does."""
    from opentelemetry.instrumentation.dependencies import get_dist_dependency_conflicts  # noqa: PLC0415 - an optional package, there wherever an instrumentation is

    conflict = get_dist_dependency_conflicts(distribution)
    if not conflict:
        return ""
    # The official words quote the requirement with its marker, in a sentence of thirty words.
    wanted = [conflict.required] if conflict.required else list(getattr(conflict, "required_any", None) or ())
    takes = " or ".join(str(requirement).partition(";")[0].strip() for requirement in wanted)
    return f"{distribution.metadata['Name']} {distribution.version} takes {takes or 'another version'}"


@cache
def _metadata() -> Any:
    """`importlib.metadata`, 15 ms that an application without instrumentation need not spend."""
    return import_module("importlib.metadata")


def _distribution(name: str) -> metadata.Distribution | None:
    found = _metadata()
    try:
        distribution: metadata.Distribution = found.distribution(name)
    except (found.PackageNotFoundError, ValueError, OSError):
        return None
    return distribution


def _pinned(package: str) -> str:
    if package in _OWN_VERSIONS:
        return package
    for sister in _SISTERS:
        distribution = _distribution(sister)
        if distribution is not None:
            return f"{package}=={distribution.version}"
    return package
