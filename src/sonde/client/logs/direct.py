"""Lines of libraries that do not log through `logging`, on their way to OpenTelemetry.

Under `setup_logs` they are counted and sampled as all others, and go to its OTLP outputs; without it, to the global
logger provider.
"""

from __future__ import annotations

from collections.abc import Callable

from sonde.client.logs.handler import OtlpHandler
from sonde.client.logs.record import Line
from sonde.client.logs.setup import current_setup

__all__ = ["deliver"]

_PLAIN = OtlpHandler()


def deliver(make: Callable[[], Line]) -> None:
    """Make a line and send it on its way. Never raises; a line that cannot be made is lost and counted.

    Args:
        make: makes the line, from whatever the other library hands over.
    """
    try:
        line = make()
    except Exception:  # what another library hands over may change with its version
        _PLAIN.failed += 1
        return
    setup = current_setup()
    if setup is None:
        _PLAIN.handle(line)
    else:
        setup.take(line, remote_only=True)
