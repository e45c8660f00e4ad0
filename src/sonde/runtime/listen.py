"""Addresses as people write them, and the sockets bound to them.

A socket is bound before any child starts, so a port that is taken is told at once, with the flag that changes it.
"""

from __future__ import annotations

import socket

from sonde.core.errors import ConfigError, InUseError

__all__ = ["address_of", "bind", "parse_address"]

BACKLOG = 2048  # connections that wait in the kernel while a door restarts


def parse_address(text: str, setting: str = "") -> tuple[str, int]:
    """Host and port of `HOST:PORT`, `[IPv6]:PORT` or `:PORT` (every interface); port 0 lets the system choose.

    Raises:
        ConfigError: the text is not an address; `setting` says which flag or path it came from.
    """
    host, colon, port = text.strip().rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        named = f"{setting}: " if setting else ""
        raise ConfigError(f"{named}{text!r} is not an address; write HOST:PORT, such as 127.0.0.1:4318 or [::1]:4318")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  an empty host is the user's explicit wish


def bind(address: str, setting: str, *, reuse_port: bool = False) -> socket.socket:
    """A listening TCP socket on the address.

    Args:
        address: `HOST:PORT`.
        setting: the flag or configuration path, named in errors.
        reuse_port: several sockets share the port and the kernel spreads connections over them.

    Raises:
        ConfigError: the address is not one, or is not of this machine.
        InUseError: another process listens there.
    """
    host, port = parse_address(address, setting)
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(f"{setting}: {address} cannot be resolved: {error}") from None
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(where)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise InUseError(
            f"{setting}: cannot listen on {address}: {error.strerror}; choose another with {setting} HOST:PORT"
        ) from None
    sock.setblocking(False)  # noqa: FBT003  the standard library's signature
    return sock


def address_of(sock: socket.socket) -> str:
    """`HOST:PORT` as bound: with the port that the system chose."""
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
