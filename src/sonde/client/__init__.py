"""The client: what an application imports to get its telemetry out, cheaply, safely, and without ever harming it.

For data without an SDK, `sonde.client.direct`:

    from sonde.client import OtlpClient, span

    with OtlpClient("http://localhost:4318") as client:
        client.send_traces(span("checkout", service="shop"))

Importing this package imports nothing else; what is named below comes with its first use (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonde.client.credentials import ApiKey as ApiKey
    from sonde.client.credentials import Basic as Basic
    from sonde.client.credentials import Bearer as Bearer
    from sonde.client.credentials import Refreshing as Refreshing
    from sonde.client.credentials import Token as Token
    from sonde.client.credentials import TokenFile as TokenFile
    from sonde.client.delivery import Delivery as Delivery
    from sonde.client.direct.async_client import AsyncOtlpClient as AsyncOtlpClient
    from sonde.client.direct.builders import counter as counter
    from sonde.client.direct.builders import event as event
    from sonde.client.direct.builders import gauge as gauge
    from sonde.client.direct.builders import histogram as histogram
    from sonde.client.direct.builders import log as log
    from sonde.client.direct.builders import span as span
    from sonde.client.direct.otlp_client import OtlpClient as OtlpClient
    from sonde.client.endpoint import Endpoint as Endpoint
    from sonde.client.endpoint import TlsSettings as TlsSettings

_LAZY = {
    "AsyncOtlpClient": "direct.async_client",
    "OtlpClient": "direct.otlp_client",
    "Delivery": "delivery",
    **dict.fromkeys(("counter", "event", "gauge", "histogram", "log", "span"), "direct.builders"),
    **dict.fromkeys(("ApiKey", "Basic", "Bearer", "Refreshing", "Token", "TokenFile"), "credentials"),
    **dict.fromkeys(("Endpoint", "TlsSettings"), "endpoint"),
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
