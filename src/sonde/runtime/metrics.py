"""Sonde's own figures in the Prometheus text format.

Every process puts its figures on the board as a list of families; this module merges the notices, adds the process's name
as a label and renders them. Names follow Prometheus's conventions (`_total` for counters, base units).
Source: Prometheus exposition formats, text format 0.0.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

from sonde.runtime.board import Notice

__all__ = ["Family", "counter", "gauge", "render"]


class Family(TypedDict):
    """One metric: its name, help, type, and samples as (labels, value)."""

    name: str
    help: str
    type: str
    samples: list[tuple[dict[str, str], float]]


def counter(name: str, text: str, value: float | dict[str, float], label: str = "") -> Family:
    """A counter family; a dict gives one sample per value of `label`."""
    return _family(name, text, "counter", value, label)


def gauge(name: str, text: str, value: float | dict[str, float], label: str = "") -> Family:
    """A gauge family; a dict gives one sample per value of `label`."""
    return _family(name, text, "gauge", value, label)


def _family(name: str, text: str, kind: str, value: float | dict[str, float], label: str) -> Family:
    samples = [({label: key}, number) for key, number in value.items()] if isinstance(value, dict) else [({}, value)]
    return Family(name=name, help=text, type=kind, samples=samples)


def render(notices: Iterable[Notice], own: Iterable[Family] = ()) -> str:
    """The exposition text of every notice's `metrics` and the supervisor's own families."""
    families: dict[str, Family] = {}
    for family in own:
        _merge(families, family, {})
    for notice in notices:
        for family in notice.figures.get("metrics", ()):
            _merge(families, family, {"process": notice.name})
    return "".join(_render(family) for family in families.values())


def _merge(families: dict[str, Family], family: Any, labels: dict[str, str]) -> None:
    known = families.setdefault(
        family["name"], Family(name=family["name"], help=family["help"], type=family["type"], samples=[])
    )
    known["samples"].extend(({**own, **labels}, value) for own, value in family["samples"])


def _render(family: Family) -> str:
    lines = [f"# HELP {family['name']} {family['help']}", f"# TYPE {family['name']} {family['type']}"]
    for labels, value in family["samples"]:
        inside = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
        lines.append(f"{family['name']}{{{inside}}} {value:.10g}" if inside else f"{family['name']} {value:.10g}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
