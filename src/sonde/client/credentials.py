"""Credentials: what a client sends to say who it is, and how that is renewed. Secrets never appear in `repr`, logs, errors.

    Bearer("…")                  Authorization: Bearer …
    Basic("user", "password")    Authorization: Basic …            (RFC 7617, UTF-8)
    ApiKey("x-api-key", "…")     any header
    Refreshing(fetch)            a token that is fetched, and again before it expires, or when the server refuses it
    TokenFile("/run/token")      a token in a file, read again when the file changes (Kubernetes' projected tokens)

A sender asks for `headers()` before each attempt; on 401 or UNAUTHENTICATED it tells `refused()`, and if that answers
True tries once more. All are thread-safe, and whole again in a forked child.

Not promised: that memory is wiped, or that a token is kept out of core dumps.
"""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from sonde.core.clock import SYSTEM_CLOCK, Clock
from sonde.core.errors import AuthenticationError, ConfigError
from sonde.resilience.forks import survives_fork

__all__ = ["ApiKey", "Basic", "Bearer", "Credentials", "Refreshing", "Token", "TokenFile"]

Header = tuple[str, str]
log = logging.getLogger("sonde.client.credentials")

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_PAUSE_S = 5.0
"""The shortest time between two fetches, so that a refused token or a dead issuer is not asked at every request."""


class Credentials(Protocol):
    """Who the client is."""

    def headers(self) -> Sequence[Header]:
        """The headers of the next attempt, names in lower case. May take as long as fetching a token does.

        Raises:
            AuthenticationError: there is no credential to send; the attempt ends before anything is sent.
        """

    def refused(self) -> bool:
        """The server took the credential for invalid; True when it is worth trying once more with new headers."""


class _Fixed:
    """Headers that never change."""

    __slots__ = ("_header",)

    def __init__(self, name: str, value: str) -> None:
        self._header = _checked(name, value)

    def headers(self) -> Sequence[Header]:
        """The one header."""
        return (self._header,)

    def refused(self) -> bool:
        """False: there is nothing else to try."""
        return False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._header[0]}: ***)"


class Bearer(_Fixed):
    """A token that does not change (RFC 6750).

    Args:
        token: without the word `Bearer`.

    Raises:
        ConfigError: it cannot be a header's value.
    """

    def __init__(self, token: str) -> None:
        super().__init__("authorization", _bearer(token))


class Basic(_Fixed):
    """User and password (RFC 7617).

    Args:
        user: the name; must not hold a colon.
        password: the password.

    Raises:
        ConfigError: the name holds a colon.
    """

    def __init__(self, user: str, password: str) -> None:
        if ":" in user:
            raise ConfigError("a user name of Basic credentials must not hold a colon; RFC 7617 has no way to say it")
        super().__init__("authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode())


class ApiKey(_Fixed):
    """A key in a header of any name.

    Args:
        header: the header's name, `x-api-key` for example.
        value: the key.

    Raises:
        ConfigError: one of them cannot be in a header.
    """

    def __init__(self, header: str, value: str) -> None:
        super().__init__(header, value)


@dataclass(frozen=True, slots=True)
class Token:
    """A fetched token.

    Attributes:
        value: the token, without the word `Bearer`.
        lifetime_s: seconds for which it holds from now; None when its issuer did not say.
    """

    value: str
    lifetime_s: float | None = None

    def __repr__(self) -> str:
        return f"Token(***, lifetime_s={self.lifetime_s})"


class Refreshing:
    """A bearer token that is fetched when it is needed, and again in good time.

    One thread at a time fetches. Meanwhile, and when fetching fails, the token at hand goes on being used until it
    expires; only when there is none do attempts wait, and fail with the fetch. After a fetch the next one is at least five
    seconds away, whether it worked or not.

    Args:
        fetch: returns a token, or a `Token` with its lifetime. Whatever it raises counts as a failed fetch; the error's
            text is logged by its type alone, since it may hold secrets.
        lifetime_s: seconds for which a token holds of which `fetch` did not say it; None: until the server refuses it.
        margin_s: how long before the end it is fetched anew; at most half of the lifetime.
        clock: what the lifetime is measured with.

    Example:
        >>> credentials = Refreshing(lambda: Token("secret", lifetime_s=3600))
        >>> credentials.headers()
        [('authorization', 'Bearer secret')]
        >>> credentials
        Refreshing(***)
    """

    def __init__(
        self,
        fetch: Callable[[], str | Token],
        *,
        lifetime_s: float | None = None,
        margin_s: float = 60.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._fetch = fetch
        self._lifetime_s = lifetime_s
        self._margin_s = margin_s
        self._clock = clock
        self._lock = Lock()
        self._header: Header | None = None
        self._renew_at = self._expires_at = self._next_fetch_at = self._fetched_at = float("-inf")
        survives_fork(self)

    def headers(self) -> Sequence[Header]:
        """The header with a token that has not expired; fetched first when that is due.

        Raises:
            AuthenticationError: there is none, and none could be fetched.
        """
        now = self._clock.monotonic()
        if now >= self._renew_at:  # as it is until there is a token
            has_token = self._has_token(now)
            if self._lock.acquire(blocking=not has_token):
                try:
                    self._renew_if_due()
                finally:
                    self._lock.release()
        header = self._header
        if header is None or not self._has_token(self._clock.monotonic()):
            raise AuthenticationError("no token could be fetched; the log of sonde.client.credentials says why")
        return [header]

    def refused(self) -> bool:
        """Fetch another token, unless that was just done; True when there is a fresh one to try."""
        with self._lock:
            self._renew_at = float("-inf")
            self._renew_if_due()
            now = self._clock.monotonic()
            return self._has_token(now) and now - self._fetched_at < _PAUSE_S

    def renew_after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = Lock()

    def __repr__(self) -> str:
        return "Refreshing(***)"

    def _has_token(self, now: float) -> bool:
        return self._header is not None and now < self._expires_at

    def _renew_if_due(self) -> None:
        now = self._clock.monotonic()
        if now < self._renew_at or now < self._next_fetch_at:
            return
        try:
            fetched = self._fetch()
            token = fetched if isinstance(fetched, Token) else Token(fetched)
            header = ("authorization", _bearer(token.value))
        except Exception as error:
            log.warning("fetching a token failed (%s); the one at hand is used until it expires", type(error).__name__)
            self._next_fetch_at = self._clock.monotonic() + _PAUSE_S
            return
        self._hold(header, token.lifetime_s if token.lifetime_s is not None else self._lifetime_s)

    def _hold(self, header: Header, lifetime_s: float | None) -> None:
        now = self._clock.monotonic()
        holds_s = float("inf") if lifetime_s is None else lifetime_s
        self._header, self._fetched_at = header, now
        self._expires_at = now + holds_s
        self._renew_at = self._expires_at - min(self._margin_s, holds_s / 2)
        self._next_fetch_at = now + min(_PAUSE_S, holds_s)


class TokenFile:
    """A bearer token in a file that someone else renews.

    The file is looked at before each attempt, and read when its identity, size or time of change is another. When it
    cannot be read or is empty the last token goes on being used.

    Args:
        path: the file; white space around the token is ignored.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._header: Header | None = None
        survives_fork(self)

    def headers(self) -> Sequence[Header]:
        """The header with the file's token.

        Raises:
            AuthenticationError: the file has never held one.
        """
        with self._lock:
            self._read_if_changed()
            if self._header is None:
                raise AuthenticationError(f"the token file {self._path} cannot be read, is empty, or holds no token")
            return [self._header]

    def refused(self) -> bool:
        """True when the file by now holds another token."""
        with self._lock:
            before, self._seen = self._header, None
            self._read_if_changed()
            return self._header is not None and self._header != before

    def renew_after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"TokenFile({str(self._path)!r})"

    def _read_if_changed(self) -> None:
        try:
            status = self._path.stat()
            seen = (status.st_ino, status.st_size, status.st_mtime_ns)
            if seen != self._seen:
                self._header = ("authorization", _bearer(self._path.read_text(encoding="ascii").strip()))
                self._seen = seen
        except (OSError, UnicodeDecodeError, ConfigError):
            return


def _bearer(token: str) -> str:
    value = f"Bearer {token}"
    if not isinstance(token, str) or not token or not _VALUE.fullmatch(value):
        raise ConfigError("a bearer token is empty, or holds line breaks or characters outside ASCII")
    return value


def _checked(name: str, value: str) -> Header:
    name = name.lower()
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} cannot be the name of a header")
    if not _VALUE.fullmatch(value):
        raise ConfigError(f"the value of the header {name} is empty, or holds line breaks or characters outside ASCII")
    return name, value
