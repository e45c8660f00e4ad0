"""Asking a running server: the client behind every command that asks, and the options they share.

The server is `--url`, or SONDE_URL, or http://127.0.0.1:4321. The tenant is `--tenant`, or SONDE_TENANT, and travels in the
header `x-scope-orgid`, or in the one that SONDE_TENANT_HEADER names (as the server's setting `tenants.header` does). Its errors arrive as `{"error": {"category", "message",
"advice"}}` and become the class of `sonde.core.errors` that has the category, with the server's advice. Where nothing
listens, the error says how to start a server. Nothing is retried: a person is waiting, and can ask again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import httpx
import typer

from sonde.cli.failure import CommandError
from sonde.core import errors
from sonde.core.errors import (
    ConfigError,
    DeadlineError,
    InternalError,
    NetworkError,
    SondeError,
    UnsupportedError,
    ValidationError,
)
from sonde.core.units import parse_duration

__all__ = [
    "DEFAULT_URL",
    "EndOption",
    "Remote",
    "SinceOption",
    "StartOption",
    "TenantOption",
    "UrlOption",
    "is_loopback",
    "known_services",
    "one_of",
    "period",
    "tenant_header",
]

DEFAULT_URL = "http://127.0.0.1:4321"
_TIMEOUT_S = 60.0
_TENANT_HEADER = "x-scope-orgid"  # Grafana's family of stores; the server's own default

UrlOption = Annotated[str, typer.Option("--url", envvar="SONDE_URL", metavar="URL", help="The server's web address.")]
TenantOption = Annotated[
    str | None,
    typer.Option(
        "--tenant", envvar="SONDE_TENANT", metavar="NAME", help="Whose telemetry, where the server has tenants."
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="How far back: 15m, 6h, 7d.  [default: 1h]", show_default=False),
]
StartOption = Annotated[
    str | None,
    typer.Option("--start", metavar="TIME", help="From: 2026-01-31T12:00:00Z, epoch seconds to ns, or -15m."),
]
EndOption = Annotated[
    str | None, typer.Option("--end", metavar="TIME", help="Until, written as --start.  [default: now]")
]

_BY_CATEGORY: dict[str, type[SondeError]] = {
    kind.traits.category.value: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SondeError) and SondeError in kind.__bases__
}


def one_of(*words: str) -> Callable[[str], list[str]]:
    """What an option's shell completion offers."""
    return lambda incomplete: [word for word in words if word.startswith(incomplete)]


def known_services(incomplete: str) -> list[str]:
    """What `--service` completes to: services of the running server, or nothing where none answers quickly."""
    try:
        with Remote(
            os.environ.get("SONDE_URL", DEFAULT_URL), tenant=os.environ.get("SONDE_TENANT"), timeout_s=1.0
        ) as remote:
            names = [service["name"] for service in remote.get("/sonde/services", {"start": "-24h"})["services"]]
    except (SondeError, KeyError, TypeError):
        return []
    return [name for name in names if name.startswith(incomplete)]


def period(since: str | None, start: str | None, end: str | None, *, default: str | None = "1h") -> dict[str, str]:
    """The `start` and `end` that the API takes, from the three time options.

    Raises:
        CommandError: both --since and --start were given, or --since is not a length of time.
    """
    if since and start:
        raise CommandError("--since and --start exclude each other", advice="Give one of them.", like=UnsupportedError)
    wanted = since or (default if start is None else None)
    if since:
        _check_length(since)
    bounds = {"start": start or (f"-{wanted.lstrip('-')}" if wanted else None), "end": end}
    return {name: value for name, value in bounds.items() if value is not None}


def _check_length(since: str) -> None:
    try:
        parse_duration(since.strip().lstrip("-"))
    except ConfigError:
        raise CommandError(
            f"--since: {since[:80]!r} is not a length of time",
            advice="Write a number and a unit, such as 15m, 6h or 7d; a moment goes into --start.",
            like=ValidationError,
        ) from None


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where no proxy may stand between."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def tenant_header(tenant: str | None) -> dict[str, str]:
    """The header that names a tenant; empty for none.

    Raises:
        CommandError: the name cannot be a header's value.
    """
    if not tenant:
        return {}
    if not tenant.isascii() or not tenant.isprintable():
        advice = "A tenant's name is of a-z, 0-9 and _."
        raise CommandError(f"--tenant: {tenant[:80]!r} is not a name", advice=advice, like=ValidationError)
    return {os.environ.get("SONDE_TENANT_HEADER") or _TENANT_HEADER: tenant}


class Remote:
    """A client of one server's query API; a context manager.

    Args:
        url: the server's web address, with or without `http://`.
        tenant: whose telemetry; None for the server's default.
        timeout_s: seconds an answer may take.
        transport: for tests: what answers instead of the network.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        tenant: str | None = None,
        timeout_s: float = _TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/") if "://" in url else f"http://{url.rstrip('/')}"
        self._http = httpx.Client(
            base_url=self.url,
            headers=tenant_header(tenant),
            timeout=timeout_s,
            trust_env=not is_loopback(self.url),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer of a GET; parameters that are None are left out, lists repeat.

        Raises:
            SondeError: the server refused or failed; its class has the category that the server named.
            CommandError: no server answers at the address.
        """
        with self._explained():
            response = self._http.get(path, params=_given(parameters))
        return self._answer(response)

    def post(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer of a POST whose body is the parameters as JSON; raises as `get` does."""
        with self._explained():
            response = self._http.post(path, json=_given(parameters))
        return self._answer(response)

    def lines(self, method: str, path: str, parameters: Mapping[str, Any] | None = None) -> Iterator[bytes]:
        """The lines of an NDJSON answer as they arrive; parameters go into the query, or a POST's JSON body."""
        given = _given(parameters)
        sent: dict[str, Any] = {"json": given} if method == "POST" else {"params": given}
        headers = {"Accept": "application/x-ndjson"}
        timeout = httpx.Timeout(_TIMEOUT_S, read=None)
        with (
            self._explained(),
            self._http.stream(method, path, headers=headers, timeout=timeout, **sent) as response,
        ):
            if response.is_error:
                response.read()
                self._answer(response)
            for line in response.iter_lines():
                if line.strip():
                    yield line.encode()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise self._unreachable(error) from error
        except httpx.TimeoutException as error:
            advice = "Ask for a shorter time range or fewer rows; `sonde doctor` says whether the server is well."
            raise CommandError(f"{self.url} did not answer in time", advice=advice, like=DeadlineError) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NetworkError(f"talking to {self.url}: {error}") from error

    def _unreachable(self, error: Exception) -> CommandError:
        advice = "Start one with `sonde serve` (or `sonde demo`), or name a running one with --url or SONDE_URL."
        return CommandError(f"no server answers at {self.url} ({error})", advice=advice, like=NetworkError)

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise self._refusal(response)
        try:
            return response.json()
        except ValueError as error:
            raise self._stranger(response) from error

    def _stranger(self, response: httpx.Response) -> CommandError:
        advice = "Is that the web port of `sonde serve` (4321 by default), not the port of OTLP or of something else?"
        return CommandError(
            f"{self.url} answers, but not as Sonde does (HTTP {response.status_code})", advice=advice, like=NetworkError
        )

    def _refusal(self, response: httpx.Response) -> SondeError:
        try:
            body = response.json()["error"]
            message, category = str(body["message"]), str(body["category"])
        except (ValueError, KeyError, TypeError):
            return self._unexplained(response)
        kind = _BY_CATEGORY.get(category, InternalError)
        return CommandError(message, advice=str(body.get("advice") or kind.traits.advice), like=kind)

    def _unexplained(self, response: httpx.Response) -> SondeError:
        if response.status_code == 422:
            return CommandError(_invalid_parameter(response), advice="See the command's --help.", like=ValidationError)
        return self._stranger(response)


def _given(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (parameters or {}).items() if value is not None and value != []}


def _invalid_parameter(response: httpx.Response) -> str:
    """What FastAPI's validation says, on one line."""
    try:
        first = json.loads(response.content)["detail"][0]
        return f"{first['loc'][-1]}: {first['msg']}"
    except (ValueError, KeyError, IndexError, TypeError):
        return "the server refused a parameter"
