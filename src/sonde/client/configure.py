"""`sonde.configure`: traces, metrics and logs of an application in one line.

    import sonde

    sonde.configure(service_name="shop")

An argument beats a variable, a variable beats a default; only `OTEL_SERVICE_NAME` beats its argument, so that whoever
deploys an application can name it. `OTEL_SDK_DISABLED=true` makes the call do nothing, `OTEL_TRACES_EXPORTER=none` (and
its likes) keeps one signal in the process.

A wrong argument raises at once, for it is a mistake in the program. Nothing else does: a variable that cannot be used, a
port that is taken or a directory that cannot be written is reported under the loggers `sonde.*`, and the application
goes on without that part.

The first call decides. A second one with the same arguments returns what the first did; with others it also does, and
says so, since a process's providers can be set only once.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from opentelemetry.sdk.trace.sampling import Sampler

from sonde.client import running
from sonde.client.address import Headers
from sonde.client.endpoint import Compression, Endpoint, Protocol
from sonde.client.engine import Engine
from sonde.client.environment import read_settings
from sonde.client.instrument import Report
from sonde.client.instrument import instrument as switch_on
from sonde.client.logs import Output, setup_logs
from sonde.client.sdk.assembly import Parts, assembled, wants_console
from sonde.client.sdk.plan import OnMissing, Plan, made_plan
from sonde.client.sdk.resource import resource_of_process
from sonde.client.sdk.telemetry import Telemetry
from sonde.client.sdk.views import Metrics, Stream
from sonde.client.settings import Settings, SpoolSettings
from sonde.client.sigterm import deliver_on_sigterm
from sonde.core.errors import ConfigError

__all__ = ["Metrics", "Stream", "Telemetry", "configure", "flush", "shutdown", "stats"]

_log = logging.getLogger(__name__)


class _Configured(NamedTuple):
    plan: Plan
    telemetry: Telemetry


_lock = threading.RLock()
_configured: _Configured | None = None


def configure(
    service_name: str | None = None,
    *,
    service_version: str | None = None,
    environment: str | None = None,
    resource_attributes: Mapping[str, Any] | None = None,
    endpoint: str | Endpoint | Sequence[str | Endpoint] | None = None,
    protocol: Protocol | None = None,
    headers: Headers | None = None,
    compression: Compression | None = None,
    timeout: float | None = None,
    sampler: Sampler | float | None = None,
    traces: bool = True,
    metrics: bool | Metrics | Mapping[str, Any] = True,
    logs: bool | int | str | Sequence[Output] = True,
    instrument: bool | Iterable[str] = True,
    on_missing: OnMissing = "tell",
    runtime_metrics: bool = True,
    console: bool | None = None,
    prometheus: str | None = None,
    files: str | Path | None = None,
    spool: bool | str | Path | SpoolSettings | None = None,
) -> Telemetry:
    """Set up the telemetry of this process. Thread-safe.

    Args:
        service_name: the service's name; `OTEL_SERVICE_NAME` beats it.
        service_version: its version.
        environment: where it runs: `production`, `staging`, … (`deployment.environment.name`).
        resource_attributes: further attributes of everything that is emitted.
        endpoint: one server or several, as URLs or `Endpoint`s; several share the load and stand in for each other.
        protocol: `grpc`, `http/protobuf` or `http/json`; None for what port and environment say.
        headers: sent with every request.
        compression: `none`, `gzip`, `deflate`, `zstd` or `br`.
        timeout: seconds for one attempt.
        sampler: a share of traces, 0 to 1, decided at the root; or one of the SDK's samplers. None for
            `OTEL_TRACES_SAMPLER`.
        traces: False for none.
        metrics: False for none; `Metrics` or a mapping of its fields for views, interval and temporality.
        logs: False for none; the lowest level of `logging`'s records that goes out (`INFO` if True); or the outputs.
        instrument: True switches on the official instrumentation of every library that is installed; or names.
        on_missing: what happens where a library's instrumentation is not installed: `tell` (one line in the log, with
            the command that installs it), `ignore`, or `raise`.
        runtime_metrics: whether the process and the interpreter are measured.
        console: whether traces and logs are also shown on the standard error stream; None shows them on a terminal
            where no server was named.
        prometheus: an address such as `127.0.0.1:9464` where Prometheus may ask for metrics.
        files: a directory to which everything is also written as OTLP/JSON lines.
        spool: what is kept on disk while no server answers: False for nothing, a directory, or settings.

    Returns:
        The handle on what was set up; it may be used as a context manager.

    Raises:
        ConfigError: an argument cannot be used, or `on_missing="raise"` and something is missing.
    """
    global _configured  # noqa: PLW0603 - a process has one telemetry
    plan = made_plan(**locals())
    with _lock:
        if _configured is not None:
            if _configured.plan != plan:
                _log.warning("sonde.configure() was called again with other arguments; the first call stays in force")
            return _configured.telemetry
        telemetry = _set_up(plan)
        _configured = _Configured(plan, telemetry)
        return telemetry


def flush(timeout_s: float = 30.0) -> bool:
    """Deliver everything now; False when that took longer than `timeout_s`. Never raises."""
    return _configured.telemetry.flush(timeout_s) if _configured else running.flush(timeout_s)


def shutdown(timeout_s: float | None = None) -> bool:
    """Deliver everything and end, within `timeout_s` (None: 5 s, or `SONDE_EXIT`). Never raises. Also done at exit."""
    return _configured.telemetry.shutdown(timeout_s) if _configured else running.shutdown(timeout_s)


def stats() -> dict[str, Any]:
    """What was received, exported, dropped (with reasons) and held, by signal. Never raises."""
    return _configured.telemetry.stats() if _configured else running.stats()


def _set_up(plan: Plan) -> Telemetry:
    environment = read_settings(warn=_log.warning)
    if environment.disabled:
        return Telemetry()
    try:
        return _made(plan, environment)
    except ConfigError:
        raise
    except Exception:
        _log.exception("telemetry could not be set up; the application goes on without it")
        return Telemetry()


def _made(plan: Plan, environment: Settings) -> Telemetry:
    engine = _engine(plan, environment)
    console = wants_console(plan, is_endpoint_set=bool(plan.endpoints) or _names_endpoint())
    parts = assembled(replace(plan, console=console), engine, resource_of_process(plan.attributes))
    undo = _with_logs(plan, parts, is_shown=console)
    report = switch_on(plan.instrument)
    _tell(report, plan.on_missing)
    if plan.runtime_metrics and parts.meters is not None:
        _observe(parts)
    telemetry = Telemetry(engine, parts, report, undo)
    atexit.register(telemetry.shutdown)
    if environment.on_sigterm:
        deliver_on_sigterm(telemetry.shutdown, engine.settings.exit_s)
    return telemetry


def _engine(plan: Plan, environment: Settings) -> Engine:
    """The process's engine; a new one where arguments say more than the environment does."""
    settings = plan.settings(environment)
    several = plan.all_endpoints(environment)
    if settings == environment and not several:
        return running.engine(settings)
    engine = running.make_engine(settings, endpoints=several)
    running.set_engine(engine)
    return engine


def _names_endpoint() -> bool:
    return any(name.startswith("OTEL_EXPORTER_OTLP_") and name.endswith("ENDPOINT") for name in os.environ)


def _with_logs(plan: Plan, parts: Parts, *, is_shown: bool) -> Callable[[], None] | None:
    """Send the records of `logging` to the provider, and to the console while developing."""
    outputs = list(plan.logs)
    if parts.loggers is None:
        outputs = [output for output in outputs if output.kind != "otlp"]
    if is_shown and all(output.kind not in {"stdout", "stderr"} for output in outputs):
        outputs.append(Output("stderr", format="console"))
    if not plan.logs or not outputs:
        return None
    return setup_logs(outputs, provider=parts.loggers, meter_provider=parts.meters).undo


def _tell(report: Report, on_missing: OnMissing) -> None:
    """Say what is instrumented, and what is lacking as it was asked for."""
    for finding in (*report.of("conflict"), *report.of("failed")):
        _log.warning("%s is not instrumented: %s", finding, finding.reason)
    for finding in report.of("instrumented"):
        if finding.reason:
            _log.warning("%s is instrumented in part: %s", finding, finding.reason)
    on = [str(finding) for finding in report.of("instrumented")]
    if on:
        _log.info("instrumented: %s", ", ".join(on))
    lacking = ", ".join(map(str, report.of("lacking")))
    if not lacking or on_missing == "ignore":
        return
    if on_missing == "raise":
        raise ConfigError(f"no instrumentation is installed for {lacking}; install it: {report.command}")
    _log.info("not instrumented: %s; install what is lacking: %s", lacking, report.command)


def _observe(parts: Parts) -> None:
    """Measure the process and the interpreter."""
    try:
        observers = import_module("sonde.client.observers")
        observers.observe(parts.meters)
    except Exception:
        _log.debug("runtime metrics are not available", exc_info=True)
