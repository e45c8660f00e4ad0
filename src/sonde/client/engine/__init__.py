"""The export engine: from the application's threads to delivered requests, bounded, counted, and off their way."""

from sonde.client.engine.engine import Engine
from sonde.client.engine.intake import Encoder

__all__ = ["Encoder", "Engine"]
