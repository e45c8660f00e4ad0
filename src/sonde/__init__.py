"""Sonde: OpenTelemetry end to end in one Python package.

In an application:

    import sonde

    sonde.configure(service_name="shop")

Importing this package imports nothing else; what is named below comes with its first use (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonde.client.configure import Metrics as Metrics
    from sonde.client.configure import Stream as Stream
    from sonde.client.configure import Telemetry as Telemetry
    from sonde.client.configure import configure as configure
    from sonde.client.configure import flush as flush
    from sonde.client.configure import shutdown as shutdown
    from sonde.client.configure import stats as stats

__version__ = "0.1.0"

_LAZY = dict.fromkeys(
    ("Metrics", "Stream", "Telemetry", "configure", "flush", "shutdown", "stats"), "sonde.client.configure"
)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
