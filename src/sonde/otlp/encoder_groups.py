"""Spans and log records grouped by resource and scope, as OpenTelemetry's own encoder groups them.

Two resources or scopes are one when a dictionary takes them for one (same hash and equal); what cannot be hashed is one
with itself only. Groups stand in the order of their first item. A group without content is not written: its only items
were refused. Shared by `sonde.otlp.encoder` and its twin; only what happens once per group is done here.

Source: the messages `ResourceSpans`, `ScopeSpans`, `ResourceLogs`, `ScopeLogs` of OTLP 1.x, whose field numbers are the
same: 1 the resource or scope, 2 what it holds, 3 its schema URL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from sonde.otlp.encoder_lenient import shown, text_bytes

__all__ = ["Groups", "field"]

_GroupT = TypeVar("_GroupT")

_FIRST: Final = b"\x0a"
_SECOND: Final = b"\x12"
_THIRD: Final = b"\x1a"


def field(tag: bytes, *content: Any) -> list[Any]:
    """A length-delimited field as pieces to join: its tag, its length, and its content, which may be buffers."""
    size = sum(map(len, content))
    length = bytearray()
    while size >= 0x80:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    length.append(size)
    return [tag, length, *content]


def _schema(owner: Any) -> list[Any]:
    url = text_bytes(getattr(owner, "schema_url", None))
    return field(_THIRD, url) if url else []


class _Resource(Generic[_GroupT]):
    """One resource of a batch, and the groups of its scopes."""

    def __init__(self, resource: Any, head: bytes) -> None:
        self.head = field(_FIRST, head)
        self.tail = _schema(resource)
        self.scopes: dict[Any, _GroupT] = {}
        self.frames: list[tuple[list[Any], _GroupT, list[Any]]] = []


class Groups(Generic[_GroupT]):
    """The groups of one batch.

    Args:
        make: makes an empty group, whatever the encoder collects items in.
        resource_message: encodes a resource's message.
        scope_message: encodes a scope's message; None is an empty one.
        resource_of: what stands for a resource, asked once for each; where it fails, the resource itself.
    """

    def __init__(
        self,
        make: Callable[[], _GroupT],
        resource_message: Callable[[Any], bytes],
        scope_message: Callable[[Any], bytes],
        resource_of: Callable[[Any], Any] | None,
    ) -> None:
        self._make = make
        self._resource_message = resource_message
        self._scope_message = scope_message
        self._resource_of = resource_of
        self._known: dict[tuple[int, int], _GroupT] = {}
        self._resources: dict[int, _Resource[_GroupT]] = {}
        self._in_order: list[tuple[Any, _Resource[_GroupT]]] = []
        self._equal: dict[Any, _Resource[_GroupT]] = {}
        self._compared = 0
        self._alive: list[Any] = []

    def find(self, resource: Any, scope: Any) -> _GroupT:
        """The group of a resource and a scope; made where there is none yet."""
        key = (id(resource), id(scope))
        group = self._known.get(key)
        if group is None:
            group = self._scope(self._resource(resource), scope or None)
            self._known[key] = group
            self._alive += (resource, scope)  # so that no other object gets these ids while the batch lasts
        return group

    def _resource(self, resource: Any) -> _Resource[_GroupT]:
        found = self._resources.get(id(resource)) or self._equal_to(resource)
        if found is None:
            exported = shown(resource, self._resource_of)
            found = _Resource(exported, self._resource_message(exported))
            self._in_order.append((resource, found))
        self._resources[id(resource)] = found
        self._alive.append(resource)
        return found

    def _equal_to(self, resource: Any) -> _Resource[_GroupT] | None:
        """Looked up by value from the second resource on only: the SDK hashes a resource by making JSON of it, 10 us."""
        for known, found in self._in_order[self._compared :]:
            self._equal[_hashable(known)] = found
        self._compared = len(self._in_order)
        return self._equal.get(_hashable(resource)) if self._equal else None

    def _scope(self, resource: _Resource[_GroupT], scope: Any) -> _GroupT:
        key = _hashable(scope)
        group = resource.scopes.get(key)
        if group is None:
            head = field(_FIRST, self._scope_message(scope))
            group = resource.scopes[key] = self._make()
            resource.frames.append((head, group, _schema(scope)))
        return group

    def request(self, content: Callable[[_GroupT], Any]) -> bytes:
        """The export request; `content` gives the bytes of a group's items, with their tags."""
        request: list[Any] = []
        for _, resource in self._in_order:
            scopes: list[Any] = []
            for head, group, tail in resource.frames:
                body = content(group)
                if len(body):
                    scopes += field(_SECOND, *head, body, *tail)
            if scopes:
                request += field(_FIRST, *resource.head, *scopes, *resource.tail)
        return b"".join(request)


class _Identity:
    """Stands for an object that cannot be hashed."""

    def __init__(self, thing: object) -> None:
        self.thing = thing


def _hashable(thing: Any) -> Any:
    try:
        hash(thing)
    except Exception:  # a stranger's __hash__; without one an object is one with itself only
        return _Identity(thing)
    return thing
