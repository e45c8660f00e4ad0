"""loguru's lines to OpenTelemetry, with the fields of `bind` and `contextualize`: `logger.add(loguru_sink)`.

The logger's name is the module that logged. With `enqueue=True` the sink runs on another thread, where no span is
current: `logger.configure(patcher=correlate_loguru)` notes the ids in time, and they are taken from there.

Where a handler of `logging` forwards to loguru (the recipe `InterceptHandler`) and `setup_logs` is active, such a record
has been taken already, and the sink leaves it alone. The other way round, loguru to `logging`, add no sink.

Never raises. loguru itself is not imported.
"""

from __future__ import annotations

from typing import Any

from sonde.client.logs.direct import deliver
from sonde.client.logs.record import Line
from sonde.client.logs.setup import is_passing

__all__ = ["loguru_sink"]


def loguru_sink(message: Any) -> None:
    """A sink for `logger.add`: emits the message's record to OpenTelemetry."""
    if not is_passing():
        deliver(lambda: _line(message.record))


def _line(record: dict[str, Any]) -> Line:
    caught = record["exception"]
    line = Line(
        record["name"] or "loguru",
        record["level"].no,
        record["message"],
        record["extra"],
        exc_info=(caught.type, caught.value, caught.traceback) if caught else None,
        place=(record["file"].path, record["line"], record["function"]),
    )
    line.levelname = record["level"].name
    line.created = record["time"].timestamp()
    line.thread, line.threadName = record["thread"].id, record["thread"].name
    return line
