"""What `sonde.configure` was asked for, checked: one frozen value, so that two calls can be compared.

A wrong argument is a mistake in the program and raises at once; whatever the environment holds never does.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased

from sonde.client.address import Connection, endpoint_of
from sonde.client.endpoint import Endpoint
from sonde.client.environment import default_spool
from sonde.client.logs import Output
from sonde.client.logs.outputs import open_output
from sonde.client.sdk.reader import host_and_port
from sonde.client.sdk.views import Metrics, read_metrics
from sonde.client.settings import Settings, SpoolSettings
from sonde.core.errors import ConfigError
from sonde.core.signal import Signal

__all__ = ["OnMissing", "Plan", "made_plan"]

OnMissing = Literal["tell", "ignore", "raise"]
_ON_MISSING = ("tell", "ignore", "raise")


@dataclass(frozen=True, slots=True)
class Plan:
    """The checked arguments; see `sonde.client.configure.configure` for each."""

    attributes: Mapping[str, Any]
    endpoints: tuple[str | Endpoint, ...]
    connection: Connection
    sampler: Sampler | None
    sampling_ratio: float | None
    traces: bool
    metrics: Metrics | None
    logs: tuple[Output, ...]
    instrument: bool | tuple[str, ...]
    on_missing: OnMissing
    console: bool | None
    prometheus: str | None
    files: Path | None
    runtime_metrics: bool
    spool: SpoolSettings | bool | Path | None

    def settings(self, environment: Settings) -> Settings:
        """The engine's settings: these arguments over what the environment said.

        Raises:
            ConfigError: an address or option cannot be used.
        """
        first = self.endpoints[0] if self.endpoints else None
        endpoints = {
            signal: endpoint_of(signal, environment.endpoints[signal], first, self.connection) for signal in Signal
        }
        return replace(environment, endpoints=endpoints, spool=self._spool(environment.spool))

    def all_endpoints(self, environment: Settings) -> tuple[Endpoint, ...]:
        """Every server that was named, to be balanced between; empty when there is one or none."""
        if len(self.endpoints) < 2:
            return ()
        default = environment.endpoints[Signal.TRACES]
        return tuple(endpoint_of(Signal.TRACES, default, address, self.connection) for address in self.endpoints)

    def ratio_sampler(self) -> Sampler | None:
        """The sampler that was asked for; None leaves it to `OTEL_TRACES_SAMPLER`."""
        return self.sampler if self.sampling_ratio is None else ParentBased(TraceIdRatioBased(self.sampling_ratio))

    def _spool(self, default: SpoolSettings) -> SpoolSettings:
        if isinstance(self.spool, SpoolSettings):
            return self.spool
        if isinstance(self.spool, Path):
            return replace(default, directory=self.spool)
        if self.spool is None:
            return default
        return replace(default, directory=(default.directory or default_spool()) if self.spool else None)


def made_plan(**arguments: Any) -> Plan:
    """Check the arguments of `configure`.

    Raises:
        ConfigError: a value cannot be used; the message names the argument.
        TypeError: an argument is unknown.
    """
    attributes = _attributes(arguments)
    sampler = arguments.pop("sampler")
    connection: Connection = {
        "protocol": arguments.pop("protocol"),
        "headers": _frozen(arguments.pop("headers")),
        "compression": arguments.pop("compression"),
        "timeout": arguments.pop("timeout"),
    }
    plan = Plan(
        attributes=attributes,
        endpoints=_endpoints(arguments.pop("endpoint")),
        connection=connection,
        sampler=_sampler(sampler),
        sampling_ratio=_ratio(sampler),
        traces=_flag("traces", arguments.pop("traces")),
        metrics=read_metrics(arguments.pop("metrics")),
        logs=_outputs(arguments.pop("logs")),
        instrument=_instrument(arguments.pop("instrument")),
        on_missing=_on_missing(arguments.pop("on_missing")),
        console=_optional_flag("console", arguments.pop("console")),
        prometheus=_prometheus(arguments.pop("prometheus")),
        files=_path("files", arguments.pop("files")),
        runtime_metrics=_flag("runtime_metrics", arguments.pop("runtime_metrics")),
        spool=_spool_argument(arguments.pop("spool")),
    )
    assert not arguments, f"{sorted(arguments)} are no fields of {[one.name for one in fields(Plan)]}"
    plan.all_endpoints(Settings())
    plan.settings(Settings())
    return plan


def _attributes(arguments: dict[str, Any]) -> dict[str, Any]:
    """Resource attributes out of their own argument and those that have names."""
    given = arguments.pop("resource_attributes") or {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise ConfigError("resource_attributes must be a mapping of names to values")
    named = {
        "service.name": ("service_name", arguments.pop("service_name")),
        "service.version": ("service_version", arguments.pop("service_version")),
        "deployment.environment.name": ("environment", arguments.pop("environment")),
    }
    found = dict(given)
    for key, (argument, value) in named.items():
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{argument} must be text, not {value!r}")
        found[key] = value
    return found


def _endpoints(value: object) -> tuple[str | Endpoint, ...]:
    if value is None:
        return ()
    found = (value,) if isinstance(value, str | Endpoint) else tuple(value) if isinstance(value, Iterable) else ()
    if not found or not all(isinstance(one, str | Endpoint) for one in found):
        raise ConfigError("endpoint must be a URL such as http://host:4318, or a list of them")
    return found


def _frozen(headers: Any) -> Any:
    """Headers as they were at the call, whatever the caller does with the mapping later."""
    return dict(headers) if isinstance(headers, Mapping) else tuple(headers) if isinstance(headers, list) else headers


def _ratio(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= 1:
        raise ConfigError("sampler as a number is a share of traces, 0 to 1")
    return float(value)


def _sampler(value: object) -> Sampler | None:
    if value is None or isinstance(value, Sampler):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError("sampler must be a share of traces, 0 to 1, or one of the SDK's samplers")
    return None


def _outputs(value: Any) -> tuple[Output, ...]:
    """Where log records go: to OTLP from INFO or another level on, to nowhere for False, or as listed."""
    if isinstance(value, bool):
        return (Output("otlp"),) if value else ()
    if isinstance(value, int) or (isinstance(value, str) and value.upper() in logging.getLevelNamesMapping()):
        return (Output("otlp", level=value.upper() if isinstance(value, str) else value),)
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, Output) for one in value):
        return tuple(map(_possible, value))
    raise ConfigError("logs must be True, False, a level such as 'INFO', or a list of sonde.client.logs.Output")


def _possible(output: Output) -> Output:
    try:
        open_output(output).handler.close()
    except ValueError as error:
        raise ConfigError(f"logs: {error}") from None
    return output


def _instrument(value: object) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) or not isinstance(value, Sequence | set | frozenset):
        raise ConfigError("instrument must be True, False or a list of names such as ['fastapi', 'redis']")
    return tuple(sorted(map(str, value)))


def _on_missing(value: Any) -> OnMissing:
    if value not in _ON_MISSING:
        raise ConfigError(f"on_missing must be one of {', '.join(_ON_MISSING)}")
    found: OnMissing = value
    return found


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{name} must be True or False")
    return value


def _optional_flag(name: str, value: object) -> bool | None:
    return None if value is None else _flag(name, value)


def _prometheus(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigError("prometheus must be an address such as 127.0.0.1:9464")
    host_and_port(value)
    return value


def _path(name: str, value: object) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str | Path) or not str(value):
        raise ConfigError(f"{name} must be a directory")
    return Path(value).expanduser()


def _spool_argument(value: object) -> SpoolSettings | bool | Path | None:
    if value is None or isinstance(value, bool | SpoolSettings):
        return value
    return _path("spool", value)
