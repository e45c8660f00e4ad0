"""Receivers: how telemetry comes in, one file per protocol, all through one intake."""

from sonde.receivers.intake import Budget, DoorStats, Intake, Sink, TenantConfig, Tenants
from sonde.receivers.transport import Deadlines, TLSConfig

__all__ = ["Budget", "Deadlines", "DoorStats", "Intake", "Sink", "TLSConfig", "TenantConfig", "Tenants"]
