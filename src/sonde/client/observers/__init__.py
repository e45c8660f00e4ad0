"""Runtime and system metrics by OpenTelemetry's semantic conventions, and a health summary made of them."""

from sonde.client.observers.health import Health, Part, health
from sonde.client.observers.loops import observe_loop
from sonde.client.observers.observe import observe
from sonde.client.observers.pools import observe_executor, observe_pool

__all__ = ["Health", "Part", "health", "observe", "observe_executor", "observe_loop", "observe_pool"]
