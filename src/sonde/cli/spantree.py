"""A trace's spans as the rows of a waterfall: which are shown, which stand for several, which are left out.

Input is a trace as `/sonde/traces/{id}` answers it: spans in preorder with their depth. Output is a flat list of rows;
drawing them is `sonde.cli.waterfall`. Three rules keep a trace of thousands of spans readable:

- Four or more siblings of the same shape become one row (`x37`), below which the slowest of them is shown. Shape: the
  service, the name with its numbers taken out, kind, status, and the shapes of the children.
- Where there are still more than `max_rows` rows, the deepest levels are left out, deepest first, until it fits.
- Nothing that failed is left out by depth: below the limit the way to every error stays.

What is left out is always counted in a row of its own. Everything is iterative: a trace may be a chain of 10,000 spans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Node", "Row", "rows_of", "tree_of"]

SMALLEST_GROUP = 4
_NUMBERS = re.compile(r"\b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\b|\d+")
_UNLIMITED = 1 << 30


@dataclass(slots=True)
class Node:
    """A span with what is below it.

    Attributes:
        size: spans in this subtree, itself included.
        failed: how many of them failed.
        shape: equal for subtrees that look alike.
    """

    span: Mapping[str, Any]
    children: list[Node] = field(default_factory=list)
    size: int = 1
    failed: int = 0
    shape: int = 0

    @property
    def is_error(self) -> bool:
        """Whether this span itself failed."""
        return str(self.span.get("status", "")).lower() == "error"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a span, a span that stands for several, or a count of what is left out.

    Attributes:
        guides: the lines of the tree before the row's text, two columns a level.
        below: the same for lines that belong to the row, such as its exception.
        node: the span, or the slowest of those that it stands for; None where spans are left out.
        parent_service: the service of the row above it in the tree.
        members: the spans that this row stands for; empty for a single one.
        hidden: how many spans are left out here.
    """

    guides: str
    below: str
    node: Node | None = None
    parent_service: str = ""
    members: tuple[Node, ...] = ()
    hidden: int = 0


def tree_of(spans: Sequence[Mapping[str, Any]]) -> list[Node]:
    """The roots of the trees that preordered spans with a `depth` form."""
    roots: list[Node] = []
    path: list[Node] = []
    nodes = [Node(span) for span in spans]
    for node in nodes:
        depth = min(int(node.span["depth"]), len(path))
        del path[depth:]
        (path[-1].children if path else roots).append(node)
        path.append(node)
    for node in reversed(nodes):
        _measure(node)
    return roots


def _measure(node: Node) -> None:
    node.size = 1 + sum(child.size for child in node.children)
    node.failed = node.is_error + sum(child.failed for child in node.children)
    span = node.span
    own = (span["service"], pattern_of(span["name"]), span.get("kind"), span.get("status"), span.get("status_message"))
    node.shape = hash((own, frozenset(child.shape for child in node.children)))


def pattern_of(name: str) -> str:
    """A span's name with its numbers and long hexadecimal words taken out: `GET /item/*`."""
    return _NUMBERS.sub("*", name)


def rows_of(
    roots: Sequence[Node], *, max_rows: int = _UNLIMITED, max_depth: int | None = None, collapse: bool = True
) -> list[Row]:
    """The rows of a waterfall.

    Args:
        roots: what `tree_of` made.
        max_rows: how many rows there should be at most; levels are left out to get there.
        max_depth: how many levels are shown; None lets `max_rows` decide.
        collapse: whether siblings of one shape become one row.
    """
    if max_depth is not None:
        return _cut(_walk(roots, max_depth, collapse=collapse), max_rows)
    rows = _walk(roots, _UNLIMITED, collapse=collapse)
    if len(rows) <= max_rows:
        return rows
    shallow, deep = 1, max(len(row.guides) for row in rows) // 2 + 1
    while shallow < deep:
        middle = (shallow + deep + 1) // 2
        if len(_walk(roots, middle, collapse=collapse)) <= max_rows:
            shallow = middle
        else:
            deep = middle - 1
    return _cut(_walk(roots, shallow, collapse=collapse), max_rows)


def _cut(rows: list[Row], max_rows: int) -> list[Row]:
    """The first rows, and a last one that counts the others."""
    if len(rows) <= max_rows:
        return rows
    left_out = sum(max(len(row.members), 1) if row.node else row.hidden for row in rows[max_rows:])
    return [*rows[:max_rows], Row("", "", hidden=left_out)]


@dataclass(frozen=True, slots=True)
class _Pending:
    """A row still to be walked into: its members, and where it stands."""

    members: list[Node]
    depth: int
    above: str
    is_last: bool
    service: str


def _walk(roots: Sequence[Node], max_depth: int, *, collapse: bool) -> list[Row]:
    rows: list[Row] = []
    todo: list[_Pending | Row] = [_Pending(group, 0, "", True, "") for group in _groups(roots, collapse=collapse)]
    todo.reverse()
    while todo:
        entry = todo.pop()
        if isinstance(entry, Row):
            rows.append(entry)
            continue
        node = max(entry.members, key=lambda member: float(member.span["duration_ms"]))
        inner = entry.above + ("  " if entry.is_last else "│ ") if entry.depth else ""
        children = _children(node, entry.depth + 1, inner, max_depth, collapse=collapse)
        guides = entry.above + ("└ " if entry.is_last else "├ ") if entry.depth else ""
        members = tuple(entry.members) if len(entry.members) > 1 else ()
        rows.append(Row(guides, inner + ("│ " if children else "  "), node, entry.service, members))
        todo.extend(reversed(children))
    return rows


def _children(node: Node, depth: int, inner: str, max_depth: int, *, collapse: bool) -> list[_Pending | Row]:
    """What stands below a node: its children's rows, and a count of those that the depth limit leaves out."""
    shown, hidden = _shown(node, is_limit=depth >= max_depth)
    groups = _groups(shown, collapse=collapse)
    service = str(node.span["service"])
    entries: list[_Pending | Row] = [
        _Pending(group, depth, inner, not hidden and place == len(groups), service)
        for place, group in enumerate(groups, start=1)
    ]
    if hidden:
        entries.append(Row(inner + "└ ", inner, hidden=hidden))
    return entries


def _shown(node: Node, *, is_limit: bool) -> tuple[list[Node], int]:
    """The children that are shown, and how many spans are left out; at the limit only what leads to an error is shown."""
    if not is_limit or not node.children:
        return node.children, 0
    shown = [child for child in node.children if child.failed]
    return shown, sum(child.size for child in node.children) - sum(child.size for child in shown)


def _groups(nodes: Sequence[Node], *, collapse: bool) -> list[list[Node]]:
    """Siblings as rows: alike ones together at the place of the first, where there are enough of them."""
    if not collapse or len(nodes) < SMALLEST_GROUP:
        return [[node] for node in nodes]
    alike: dict[int, list[Node]] = {}
    for node in nodes:
        alike.setdefault(node.shape, []).append(node)
    groups: list[list[Node]] = []
    for node in nodes:
        members = alike[node.shape]
        if len(members) < SMALLEST_GROUP:
            groups.append([node])
        elif members[0] is node:
            groups.append(members)
    return groups
