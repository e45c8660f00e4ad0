"""What a child process receives from its supervisor: settings, listening sockets, and a sign of life.

The supervisor binds every socket once and keeps it, so that a child that ends is replaced without a refused connection:
meanwhile the kernel queues. Settings travel pickled in an environment variable, from a parent to its own child and no
further. The sign of life is a pipe whose writing end only the supervisor holds: when it is closed, however the supervisor
ended, the child sees the end of the file and stops in order instead of holding ports that nobody watches.
"""

from __future__ import annotations

import base64
import os
import pickle
import socket
from dataclasses import dataclass
from typing import Any

from sonde.core.errors import InternalError

__all__ = ["Inheritance"]

_SETTINGS = "SONDE_CHILD_SETTINGS"
_SOCKETS = "SONDE_CHILD_SOCKETS"
_PARENT = "SONDE_CHILD_PARENT"


@dataclass(frozen=True)
class Inheritance:
    """One child's share.

    Attributes:
        settings: any picklable settings object; its module is imported by the child.
        sockets: bound, listening sockets by the child's names for them.
        parent_fd: the reading end of the supervisor's pipe; readable at end of file when the supervisor is gone.
    """

    settings: Any
    sockets: dict[str, socket.socket]
    parent_fd: int

    def environment(self) -> dict[str, str]:
        """The variables that carry the share to a child started with `pass_fds=self.descriptors()`."""
        return {
            _SETTINGS: self.pack(self.settings),
            _SOCKETS: ",".join(f"{name}={sock.fileno()}" for name, sock in self.sockets.items()),
            _PARENT: str(self.parent_fd),
        }

    def descriptors(self) -> tuple[int, ...]:
        """The file descriptors that the child must inherit."""
        return (self.parent_fd, *(sock.fileno() for sock in self.sockets.values()))

    @staticmethod
    def pack(settings: Any) -> str:
        """Settings as text for an environment variable."""
        return base64.b64encode(pickle.dumps(settings)).decode("ascii")

    @staticmethod
    def unpack(text: str) -> Any:
        """The inverse of `pack`."""
        return pickle.loads(base64.b64decode(text))  # noqa: S301  written by our own parent a moment ago

    @classmethod
    def receive(cls) -> Inheritance:
        """The share of this process, taken out of its environment so that its own children do not see it.

        Raises:
            InternalError: the process was not started by a supervisor.
        """
        try:
            settings, sockets, parent = (os.environ.pop(name) for name in (_SETTINGS, _SOCKETS, _PARENT))
        except KeyError as missing:
            raise InternalError(
                f"{missing} is not set: this process is started by `sonde serve`, not by hand"
            ) from None
        pairs = (pair.split("=") for pair in sockets.split(",") if pair)
        return cls(
            settings=cls.unpack(settings),
            sockets={name: socket.socket(fileno=int(fd)) for name, fd in pairs},
            parent_fd=int(parent),
        )
