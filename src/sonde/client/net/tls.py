"""TLS contexts from `TlsSettings`, made anew when one of their files changes, so that rotated certificates are picked up.

Files are looked at when a connection is opened (three `stat` calls); connections that are open keep what they began
with until they are recycled. While a rotation is half done the last good context goes on being used, with a warning.

Not promised: revocation lists; a key with a passphrase.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib import import_module
from threading import Lock
from typing import Any, Final

from sonde.client.endpoint import TlsSettings
from sonde.client.net.exchange import AttemptError

__all__ = ["Certificates"]

_log = logging.getLogger("sonde.client.net")
_OPTIONS: Final = ("ca_file", "cert_file", "key_file")


@cache
def _ssl() -> Any:
    return import_module("ssl")  # clear-text connections, which most agents are reached by, don't need it


class Certificates:
    """The current TLS context of one endpoint. Thread-safe.

    Args:
        settings: whom to trust and who to be.
        alpn: the protocol that connections are for (RFC 7301): `h2` or `http/1.1`.
    """

    def __init__(self, settings: TlsSettings, alpn: str) -> None:
        self._settings = settings
        self._alpn = alpn
        self._lock = Lock()
        self._context: Any = None
        self._seen: tuple[object, ...] = ()

    def context(self) -> Any:
        """An `ssl.SSLContext` made of what the files hold now.

        Raises:
            AttemptError: `config.tls` when a file cannot be used, and there is no earlier context to go on with.
        """
        with self._lock:
            seen = tuple(_version(getattr(self._settings, name)) for name in _OPTIONS)
            if self._context is None or seen != self._seen:
                self._renew(seen)
            return self._context

    def forget(self) -> None:
        """In a forked child: a lock of its own, for the parent's may be held by a thread that is gone."""
        self._lock = Lock()

    def _renew(self, seen: tuple[object, ...]) -> None:
        try:
            self._context = self._made()
        except AttemptError as error:
            if self._context is None:
                raise
            _log.warning("%s; the certificates read before are used on", error.message)
        self._seen = seen

    def _made(self) -> Any:
        ssl, settings = _ssl(), self._settings
        try:
            context = ssl.create_default_context(cafile=settings.ca_file)
        except (OSError, ValueError) as error:
            raise _unusable("CA file", settings.ca_file, error) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_3 if settings.min_version == "1.3" else ssl.TLSVersion.TLSv1_2
        if not settings.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if settings.cert_file or settings.key_file:
            self._show(context)
        context.set_alpn_protocols([self._alpn])
        return context

    def _show(self, context: Any) -> None:
        settings = self._settings
        if not settings.cert_file:
            raise AttemptError(
                "config.tls", f"the client key {settings.key_file} has no certificate; set both",
                undelivered=True, retryable=False,
            )  # fmt: skip
        try:
            # Without this a key with a passphrase would ask for it on the terminal.
            context.load_cert_chain(settings.cert_file, settings.key_file, password=lambda: "")
        except (OSError, ValueError) as error:
            culprit = next((each for each in (settings.cert_file, settings.key_file) if not _version(each)), None)
            both = " with ".join(filter(None, (settings.cert_file, settings.key_file)))
            raise _unusable("client certificate", culprit or both, error) from error


def _version(path: str | None) -> tuple[int, int, int] | None:
    """What changes when a file does: also its inode, for rotation often renames a new file over the old one."""
    if path is None:
        return None
    try:
        stat = os.stat(path)  # noqa: PTH116 -- it is asked at every connection, and Path would only wrap it
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _unusable(what: str, path: str | None, error: Exception) -> AttemptError:
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
    return AttemptError("config.tls", f"{what} {path} cannot be used: {reason}", undelivered=True, retryable=False)
