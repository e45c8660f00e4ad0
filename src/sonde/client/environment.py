"""Read the standard `OTEL_*` variables, and Sonde's own, into `Settings`. Nothing here raises.

A value that cannot be used is left at its default and reported (specification, "SDK Environment Variables": warn and
carry on). A variable of one signal, `OTEL_EXPORTER_OTLP_TRACES_…`, beats the general one.

Two rules differ between the specification and OpenTelemetry Python, and both are met:

- Timeouts: the specification counts milliseconds, OpenTelemetry Python seconds. A value below 500 is taken as seconds
  (nobody waits half a second for ten), one of 500 or more as milliseconds.
- `OTEL_EXPORTER_OTLP_PROTOCOL` unset: port 4317 means gRPC, any other HTTP with protobuf, the specification's default.

Sonde's own: `SONDE_SPOOL` (`off`, or a directory), `SONDE_SPOOL_BYTES`, `SONDE_SPOOL_KEEP` (`48h`), `SONDE_SPOOL_AHEAD`,
`SONDE_BACKLOG_BYTES`, `SONDE_IN_FLIGHT`, `SONDE_EXIT` (`5s`), `SONDE_ON_SIGTERM` (`deliver`, or `leave`).

Sources: OpenTelemetry specification, "OpenTelemetry Protocol Exporter", "SDK Environment Variables"; W3C Baggage for
the syntax of header lists.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sonde.client.endpoint import COMPRESSIONS, GRPC_PORT, HTTP_PORT, PROTOCOLS, Endpoint, TlsSettings
from sonde.client.settings import BatchSettings, Settings, SpoolSettings
from sonde.core.errors import SondeError
from sonde.core.signal import Signal
from sonde.core.units import parse_duration, parse_size

__all__ = ["default_spool", "parse_headers", "read_settings"]

Environment = Mapping[str, str]
_SECONDS_BELOW = 500
_BATCH_PREFIX = {Signal.TRACES: "OTEL_BSP", Signal.LOGS: "OTEL_BLRP"}


def read_settings(
    environ: Environment | None = None, *, warn: Callable[[str], None] = lambda _message: None
) -> Settings:
    """The settings that the environment asks for.

    Args:
        environ: the variables; None means the process's own.
        warn: told of every value that could not be used, and why, without secrets.
    """
    reader = _Reader(os.environ if environ is None else environ, warn)
    settings = Settings()
    return Settings(
        endpoints={signal: _endpoint(reader, signal) for signal in Signal},
        batches={signal: _batch(reader, signal) for signal in Signal},
        spool=_spool(reader),
        backlog_bytes=reader.read("SONDE_BACKLOG_BYTES", parse_size, settings.backlog_bytes),
        in_flight=reader.read("SONDE_IN_FLIGHT", _count, settings.in_flight),
        exit_s=reader.read("SONDE_EXIT", parse_duration, settings.exit_s),
        on_sigterm=reader.read("SONDE_ON_SIGTERM", _one_of(("deliver", "leave")), "deliver") == "deliver",
        disabled=reader.flag("OTEL_SDK_DISABLED"),
    )


class _Reader:
    """Variables with the rule for bad values: say so, once though all signals read it, and go on with the default."""

    def __init__(self, environ: Environment, warn: Callable[[str], None]) -> None:
        self._environ = environ
        self._tell = warn
        self._told: set[str] = set()

    def _warn(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._tell(message)

    def text(self, *names: str) -> tuple[str, str]:
        """Name and value of the first variable that is set to something; two empty strings if none is."""
        for name in names:
            value = self._environ.get(name, "").strip()
            if value:
                return name, value
        return "", ""

    def read(self, name: str | tuple[str, ...], parse: Callable[[str], Any], default: Any) -> Any:
        """A parsed value; the default if the variable is unset or cannot be used."""
        found, value = self.text(*((name,) if isinstance(name, str) else name))
        if not found:
            return default
        try:
            return parse(value)
        except (ValueError, SondeError) as error:
            self._warn(f"{found} is ignored: {error}")
            return default

    def doubt_port(self, endpoint: Endpoint) -> None:
        """Say when a protocol goes to the port that belongs to the other: distributions set the protocol unasked."""
        if endpoint.protocol == "grpc" and endpoint.port == HTTP_PORT:
            self._warn(
                "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and port 4318 usually speaks http/protobuf: 4317 is gRPC's"
            )
        elif endpoint.protocol != "grpc" and endpoint.port == GRPC_PORT:
            self._warn(
                f"OTEL_EXPORTER_OTLP_PROTOCOL is {endpoint.protocol}, and port 4317 usually speaks grpc: use 4318"
            )

    def flag(self, *names: str) -> bool:
        """True for `true` in any case; the specification knows no other form."""
        return self.text(*names)[1].lower() in {"true", "1"}


def _endpoint(reader: _Reader, signal: Signal) -> Endpoint:
    own, general = f"OTEL_EXPORTER_OTLP_{signal.name}_", "OTEL_EXPORTER_OTLP_"

    def read(option: str, parse: Callable[[str], Any], default: Any) -> Any:
        return reader.read((own + option, general + option), parse, default)

    protocol = read("PROTOCOL", _one_of(PROTOCOLS), None)
    name, _ = reader.text(own + "ENDPOINT", general + "ENDPOINT")
    complete = signal if name.startswith(own) else None
    endpoint: Endpoint = reader.read(
        name or own, lambda url: Endpoint.parse(url, protocol=protocol, signal=complete), _default(protocol)
    )
    if endpoint.protocol == "grpc" and name and "://" not in reader.text(name)[1]:
        insecure, _ = reader.text(own + "INSECURE", general + "INSECURE")
        # `INSECURE` decides only where the address has no scheme; unset, the specification's default is TLS.
        endpoint = replace(endpoint, scheme="http" if insecure and reader.flag(insecure) else "https")
    reader.doubt_port(endpoint)
    tls = TlsSettings(
        ca_file=read("CERTIFICATE", _file, None),
        cert_file=read("CLIENT_CERTIFICATE", _file, None),
        key_file=read("CLIENT_KEY", _file, None),
    )
    return replace(
        endpoint,
        headers=read("HEADERS", parse_headers, ()),
        compression=read("COMPRESSION", _one_of(COMPRESSIONS), "none"),
        timeout_s=read("TIMEOUT", _timeout, endpoint.timeout_s),
        tls=tls,
    )


def _default(protocol: Any) -> Endpoint:
    return Endpoint.parse("http://localhost:4317" if protocol == "grpc" else "http://localhost:4318", protocol=protocol)


def _batch(reader: _Reader, signal: Signal) -> BatchSettings:
    default, prefix = BatchSettings(), _BATCH_PREFIX.get(signal)
    if prefix is None:
        return default
    if signal is Signal.LOGS:
        default = replace(default, delay_s=1.0)
    queue = reader.read(f"{prefix}_MAX_QUEUE_SIZE", _count, default.queue_items)
    return replace(
        default,
        queue_items=queue,
        batch_items=min(queue, reader.read(f"{prefix}_MAX_EXPORT_BATCH_SIZE", _count, default.batch_items)),
        delay_s=reader.read(f"{prefix}_SCHEDULE_DELAY", _milliseconds, default.delay_s),
    )


def _spool(reader: _Reader) -> SpoolSettings:
    default = SpoolSettings()
    _, where = reader.text("SONDE_SPOOL")
    off = where.lower() in {"off", "none", "false", "0"}
    return SpoolSettings(
        directory=None if off else Path(where).expanduser() if where else default_spool(),
        quota_bytes=reader.read("SONDE_SPOOL_BYTES", parse_size, default.quota_bytes),
        keep_s=reader.read("SONDE_SPOOL_KEEP", parse_duration, default.keep_s),
        ahead=reader.flag("SONDE_SPOOL_AHEAD"),
    )


def default_spool() -> Path | None:
    """`~/.local/state/sonde/spool`, or below `XDG_STATE_HOME`; None for a user without a home."""
    state = os.environ.get("XDG_STATE_HOME", "")
    try:
        return (Path(state) if state else Path.home() / ".local" / "state") / "sonde" / "spool"
    except RuntimeError:
        return None


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
        return value.lower()

    return parse


def _count(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise ValueError(f"{value!r} is not a whole number above 0")
    return int(value)


def _milliseconds(value: str) -> float:
    number = float(value)
    if not 0 <= number < float("inf"):
        raise ValueError(f"{value!r} is not a number of milliseconds")
    return number / 1000


def _timeout(value: str) -> float:
    number = float(value)
    if not 0 < number < float("inf"):
        raise ValueError(f"{value!r} is not a time above 0")
    return number if number < _SECONDS_BELOW else number / 1000


def _file(value: str) -> str:
    if not Path(value).is_file():
        raise ValueError(f"there is no file {value!r}")
    return value


_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def parse_headers(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of `a=1,b=2` with percent-encoded values; names in lower case, as HTTP/2 wants them.

    Raises:
        ValueError: an entry is not of that form; the message names its place and not its value.
    """
    found: dict[str, str] = {}
    for place, entry in enumerate(filter(None, map(str.strip, value.split(","))), 1):
        name, equals, text = entry.partition("=")
        text = unquote(text.strip())
        if not equals or not _HEADER_NAME.fullmatch(name.strip()) or not text.isprintable():
            raise ValueError(f"entry {place} is not name=value with a header's characters")
        found[name.strip().lower()] = text
    return tuple(found.items())
