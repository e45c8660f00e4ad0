"""Who this process is, after a fork: a resource that was made in the parent, with the child's own ids.

A resource is made once, before a prefork server forks its workers, and says which process it is of. Sent unchanged, the
metrics of all workers would be one contradictory series, and their spans one process's. So in a process that was forked
since Sonde was imported, `process.pid` becomes the process's own and `service.instance.id` a new random one, where a
resource has them and does not name this process already.

Source: OpenTelemetry semantic conventions, "Service": `service.instance.id` MUST be unique for each instance of the same
service; a random UUID (version 4) is recommended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Resource", "resource_of"]

_ORIGIN = os.getpid()
_PID, _INSTANCE = "process.pid", "service.instance.id"


class Resource:
    """The attributes and schema of a resource: what an encoder reads of one."""

    __slots__ = ("attributes", "schema_url")

    def __init__(self, attributes: Mapping[str, Any], schema_url: str) -> None:
        self.attributes = attributes
        self.schema_url = schema_url


class _Child:
    """A forked process's ids."""

    def __init__(self, pid: int) -> None:
        import uuid  # noqa: PLC0415  only forked processes need it

        self.pid = pid
        self.instance = str(uuid.uuid4())

    def __call__(self, resource: Any) -> Any:
        attributes = getattr(resource, "attributes", None) or {}
        if attributes.get(_PID) == self.pid or not ({_PID, _INSTANCE} & attributes.keys()):
            return resource
        own = {key: value for key, value in ((_PID, self.pid), (_INSTANCE, self.instance)) if key in attributes}
        return Resource({**attributes, **own}, getattr(resource, "schema_url", "") or "")


_child: _Child | None = None


def resource_of() -> Callable[[Any], Any] | None:
    """What replaces a resource in this process; None where nothing has to be, in a process that was not forked."""
    global _child  # noqa: PLW0603  a process has one identity
    pid = os.getpid()
    if pid == _ORIGIN:
        return None
    if _child is None or _child.pid != pid:
        _child = _Child(pid)
    return _child
