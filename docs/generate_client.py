"""The reference page of the client: variables, arguments, figures and names, from the code.

What a variable means is told here, in `VARIABLES`; which there are, and their defaults, is asked of the code: the page is not
made when the client reads a variable that has no row, or a row's variable is read by nobody.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import sonde
from sonde import client
from sonde.client.engine import ledger, pressure
from sonde.client.environment import read_settings
from sonde.client.running import make_engine
from sonde.client.settings import SpoolSettings
from sonde.core.signal import Signal
from sonde.core.units import format_duration, format_size

__all__ = ["client_page"]

SOURCE = Path(sonde.__file__).parent
_PREFIX = "OTEL_EXPORTER_OTLP_"
_SIGNAL = re.compile(r"_(TRACES|METRICS|LOGS)_")

# Name, form, default (None: taken from the settings below), meaning. `<SIGNAL>_` may be left out: then it holds for all.
VARIABLES: dict[str, list[tuple[str, str, str, str]]] = {
    "Where to, and how": [
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_ENDPOINT", "URL", "`http://localhost:4318`, with gRPC `:4317`", "the general one is a base to which `/v1/traces` and its likes are added, a signal's own is complete; gRPC takes `host:port` too, and that means TLS unless `INSECURE` is true"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_PROTOCOL", "`grpc`, `http/protobuf`, `http/json`", "by port: 4317 is gRPC, others are HTTP with protobuf", "what is spoken"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_HEADERS", "`name=value,…`, percent-encoded", "none", "sent with every request"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_COMPRESSION", "`none`, `gzip`, `deflate`, `zstd`, `br`", "`none`", "of requests; `zstd` and `br` need `pip install 'sonde[compression]'`"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_TIMEOUT", "below 500 seconds, else milliseconds", "`10s`", "one attempt, connecting included"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_CERTIFICATE", "PEM file", "the system's", "the authorities to trust"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_CLIENT_CERTIFICATE", "PEM file", "none", "who this client is, for mutual TLS"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_CLIENT_KEY", "PEM file", "in the certificate's file", "its key"),
        ("OTEL_EXPORTER_OTLP_<SIGNAL>_INSECURE", "`true`", "false", "for gRPC addresses without a scheme: clear text"),
        ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "URL; names of hosts", "none", "also in lower case; read when the first request is sent; never for the loopback"),
    ],
    "Queues and batches": [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "spans", "`{traces.queue_items}`", "may wait to be encoded; newer ones are dropped (`queue_full`)"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "spans", "`{traces.batch_items}`", "of one request at most"),
        ("OTEL_BSP_SCHEDULE_DELAY", "milliseconds", "`{traces.delay_ms}`", "the longest that a span waits for company"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "log records", "`{logs.queue_items}`", "as above"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "log records", "`{logs.batch_items}`", "as above"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "milliseconds", "`{logs.delay_ms}`", "as above"),
    ],
    "Sonde's own": [
        ("SONDE_SPOOL", "directory, or `off`", "`~/.local/state/sonde/spool`", "where telemetry is kept while no server takes it; `XDG_STATE_HOME` moves the default"),
        ("SONDE_SPOOL_BYTES", "size", "`{spool_bytes}`", "on disk at most, by process; the oldest requests make room"),
        ("SONDE_SPOOL_KEEP", "duration", "`{spool_keep}`", "older requests are dropped"),
        ("SONDE_SPOOL_AHEAD", "`true`", "false", "every request is written before it is sent: `kill -9` then loses only what is not yet encoded"),
        ("SONDE_BACKLOG_BYTES", "size", "`{backlog}`", "encoded requests in memory at most; beyond it they go to the spool, or are dropped"),
        ("SONDE_IN_FLIGHT", "requests", "`{in_flight}`", "on their way at once, all signals together"),
        ("SONDE_EXIT", "duration", "`{exit}`", "the longest that the process is held up at its end"),
        ("SONDE_ON_SIGTERM", "`deliver`, `leave`", "`deliver`", "whether telemetry is delivered before SIGTERM ends the process, where nobody else handles it"),
        ("SONDE_PURE", "anything", "unset", "use the pure-Python twins of the compiled parts"),
    ],
    "What is collected": [
        ("OTEL_SDK_DISABLED", "`true`", "false", "nothing is collected"),
        ("OTEL_<SIGNAL>_EXPORTER", "names", "by `configure`, or the distro: `sonde`", "`none` keeps that signal in the process, `console` shows it"),
        ("OTEL_SERVICE_NAME", "text", "`unknown_service`", "the service's name; beats the argument"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "`cumulative`, `delta`, `lowmemory`", "`cumulative`", "of sums and histograms"),
        ("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "`explicit_bucket_histogram`, `base2_exponential_bucket_histogram`", "the first", "of histograms without a view"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "`trace_based`, `always_on`, `always_off`", "`trace_based`", "which measurements may become exemplars"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "milliseconds", "`60000`", "between two collections (read by the SDK)"),
        ("OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED", "`true`", "`false`", "the SDK hands `logging`'s records over, and Sonde's distro does not"),
        ("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "names", "none", "libraries that are not instrumented"),
        ("OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED", "`true`", "false", "without code: the SDK's own handler hands over the records of `logging`, instead of Sonde's"),
        ("NO_COLOR", "anything", "unset", "no colours on the console"),
    ],
}  # fmt: skip

# What a figure of `stats()["engine"]` means; the page is not made when the engine has others.
ENGINE = {
    "pressure": "the level of [what is given up first](../explanation/export-engine.md#under-pressure), 0 to 3",
    "backlog_bytes": "bytes of encoded requests in memory",
    "in_flight": "requests that are on their way",
    "spool_bytes": "bytes on disk",
    "spool_trouble": "why there is no spool, or why it does not work; empty when it does",
    "routes": "for each signal whether its server is there: `breaker` (`closed` is well, `open` is away), `opened` (how often it went away), `retry_after_s`",
    "last_error": "the latest attempt that failed: `code` (see `sonde explain CODE`), `message`, `endpoint`; None if none did",
}
_READ_BY_OTHERS = {"OTEL_METRIC_EXPORT_INTERVAL", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"}
_INNER = {
    "OTEL_LOGS_EXPORTER",
    "XDG_STATE_HOME",
    "KUBERNETES_SERVICE_HOST",
    "HOSTNAME",
}  # told in the text of another row, or no setting


def client_page() -> str:
    """The whole page."""
    _check_variables()
    parts = [_HEAD, *_variables(), *_arguments(), *_figures(), *_names()]
    return "\n".join(parts) + "\n"


_HEAD = """# Client

What an application can set, ask and import. How it is used: [get telemetry out](../howto/drop-in.md); what it does:
[how a span leaves the application](../explanation/export-engine.md).

## Variables

An argument beats a variable, a variable beats a default. `<SIGNAL>_` is `TRACES_`, `METRICS_`, `LOGS_`, or left out for all three; a
signal's own beats the general one. Durations are written `500ms`, `5s`, `48h`, sizes `64MiB`. A value that cannot be used is
reported by `logging`, and the default holds. What the SDK reads by itself (`OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`,
`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, …) holds as it always does."""


def _variables() -> Iterator[str]:
    settings = read_settings({})
    spool = SpoolSettings()
    values = {
        "spool_bytes": _size(spool.quota_bytes),
        "spool_keep": f"{spool.keep_s / 3600:g}h",
        "backlog": _size(settings.backlog_bytes),
        "in_flight": settings.in_flight,
        "exit": format_duration(settings.exit_s).replace(".00", ""),
    }
    for signal in (Signal.TRACES, Signal.LOGS):
        batch = settings.batches[signal]
        values |= {f"{signal.value}.queue_items": batch.queue_items, f"{signal.value}.batch_items": batch.batch_items}
        values |= {f"{signal.value}.delay_ms": f"{batch.delay_s * 1000:g}"}
    for title, rows in VARIABLES.items():
        yield from ("", f"### {title}", "", "| variable | form | default | meaning |", "| --- | --- | --- | --- |")
        for names, form, default, meaning in rows:
            shown = ", ".join(f"`{name}`" for name in names.split(", "))
            filled = re.sub(r"\{(.+?)\}", lambda match: str(values[match[1]]), default)
            yield f"| {shown} | {form} | {filled} | {meaning} |"


def _size(size: int) -> str:
    return format_size(size).replace(".00", "").replace(".0", "")


def _arguments() -> Iterator[str]:
    yield from ("", "## Arguments of `sonde.configure`", "")
    yield "All but the first are given by name. A wrong one raises `ConfigError` that names it."
    yield from ("", "| argument | default | meaning |", "| --- | --- | --- |")
    meanings = _section(sonde.configure, "Args")
    for name, parameter in inspect.signature(sonde.configure).parameters.items():
        yield f"| `{name}` | `{parameter.default}` | {_cell(meanings[name])} |"
    for kind in (sonde.Metrics, sonde.Stream):
        yield from ("", f"### `sonde.{kind.__name__}`", "", _first_paragraph(kind), "")
        yield from ("| field | meaning |", "| --- | --- |")
        yield from (f"| `{name}` | {_cell(text)} |" for name, text in _section(kind, "Attributes").items())


def _figures() -> Iterator[str]:
    yield from ("", "## What `sonde.stats()` shows", "")
    yield "For each of `traces`, `metrics` and `logs` where every item went; in a forked child, since the fork. Always:"
    yield from ("", "```text", "received + adopted = exported + rejected + dropped + held + spooled", "```", "")
    yield from ("| key | meaning |", "| --- | --- |")
    meanings = _section(ledger.Account, "Attributes") | {"held": "items in memory.", "spooled": "items on disk."}
    row = ledger.Account().row((0, 0), 0, 0)
    yield from (f"| `{key}` | {_cell(meanings[key])} |" for key in row)
    yield from ("", "### Reasons in `dropped`", "")
    yield from _table(ledger)
    yield from ("", "### `engine`", "", "| key | meaning |", "| --- | --- |")
    shown = _engine_keys()
    assert shown == set(ENGINE), f"stats()['engine'] and its table differ: {shown ^ set(ENGINE)}"
    yield from (f"| `{key}` | {text} |" for key, text in ENGINE.items())
    yield from ("", "### Levels of `pressure`", "")
    yield from _table(pressure)


def _engine_keys() -> set[str]:
    engine = make_engine(read_settings({"SONDE_SPOOL": "off"}))
    try:
        return set(engine.stats()["engine"])
    finally:
        engine.shutdown(0)


def _table(module: object) -> list[str]:
    """The table of a module's docstring."""
    return [line for line in (inspect.getdoc(module) or "").splitlines() if line.startswith("|")]


def _names() -> Iterator[str]:
    yield from ("", "## Names", "")
    yield "Loaded with their first use: `import sonde` alone imports nothing."
    homes = {
        "sonde": sorted(sonde._LAZY),  # noqa: SLF001 - their own lists of what they hand on
        "sonde.client": sorted(client._LAZY),  # noqa: SLF001 - as above
        **{name: sorted(import_module(name).__all__) for name in _ROOMS},
    }
    for home, names in homes.items():
        yield from ("", f"### `{home}`", "", "| name | what it is |", "| --- | --- |")
        for name in names:
            found = getattr(import_module(home), name)
            yield f"| `{name}` | {_cell(_first_sentence(found))} |"


_ROOMS = (
    "sonde.client.sdk.processors",
    "sonde.client.sdk.exporters",
    "sonde.client.sdk.files",
    "sonde.client.logs",
    "sonde.client.observers",
    "sonde.client.credentials",
    "sonde.client.instrument",
    "sonde.client.testing",
)


def _check_variables() -> None:
    """Every variable that the client reads has a row, and every row is read."""
    told = {
        name.replace("<SIGNAL>_", part) if "OTLP" in name else name.replace("<SIGNAL>_", "TRACES_")
        for rows in VARIABLES.values()
        for names, *_ in rows
        for name in names.split(", ")
        for part in ("", "TRACES_")
    }
    seen = _Recorder()
    read_settings(seen)
    read_settings(_Recorder(seen.names, {f"{_PREFIX}ENDPOINT": "host:4317", f"{_PREFIX}PROTOCOL": "grpc"}))
    read = {
        _SIGNAL.sub("_TRACES_", name) if name.startswith(_PREFIX) else name
        for name in seen.names
        if not name.endswith("_")
    }
    others = {name for path in sorted(SOURCE.glob("client/**/*.py")) for name in _named(path)}
    others |= {name for path in (SOURCE / "otlp").glob("encode.py") for name in _named(path)}
    missing = (read | others) - told - _INNER
    assert not missing, f"variables without a row on the client's page: {sorted(missing)}"
    unread = {name for name in told - read - others - _READ_BY_OTHERS if not name.startswith("OTEL_TRACES_")}
    assert not unread, f"rows of the client's page that nothing reads: {sorted(unread)}"


class _Recorder(Mapping[str, str]):
    """An environment that remembers what was asked for."""

    def __init__(self, names: set[str] | None = None, values: Mapping[str, str] | None = None) -> None:
        self.names = set() if names is None else names
        self._values = values or {}

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _named(path: Path) -> set[str]:
    """Variables that a module asks the environment for by a literal name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"os.environ.get", "environ.get", "_read"}:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            value = node.value.value
            if isinstance(value, str) and re.fullmatch(r"(OTEL|SONDE)_[A-Z0-9_]+", value):
                found.add(value)
    return {name for name in found if not name.endswith("_") and name not in {"OTEL_BSP", "OTEL_BLRP"}}


def _section(documented: object, title: str) -> dict[str, str]:
    """Name to text of a docstring's section."""
    text = inspect.getdoc(documented) or ""
    block = re.split(r"\n\S", text.split(f"{title}:\n", 1)[1], maxsplit=1)[0]
    rows = re.finditer(r"^    (\w+): (.*?)(?=^    \w+: |\Z)", block + "\n", re.MULTILINE | re.DOTALL)
    return {match[1]: " ".join(match[2].split()) for match in rows}


def _first_paragraph(documented: object) -> str:
    return " ".join((inspect.getdoc(documented) or "").split("\n\n")[0].split())


def _first_sentence(found: object) -> str:
    if not callable(found):
        return f"`{found!r}`"
    return re.split(r"(?<=\.)\s", _first_paragraph(found), maxsplit=1)[0].rstrip(".")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").rstrip(".")
