"""Sonde's errors for applications: the tree, and `classify`, which names any error, code, status or signal.

This module only hands names on; the table behind `classify` is read when it is first asked.
"""

from sonde.core.classify import classify
from sonde.core.conditions import Condition
from sonde.core.errors import (
    AuthenticationError,
    AuthorizationError,
    Category,
    ConfigError,
    ConflictError,
    CorruptError,
    DeadlineError,
    DnsError,
    ExhaustedError,
    InternalError,
    InUseError,
    MalformedError,
    NetworkError,
    NotFoundError,
    QuotaError,
    SerializationError,
    Severity,
    SondeError,
    StorageError,
    TlsError,
    TooLargeError,
    Traits,
    UnavailableError,
    UnsupportedError,
    ValidationError,
)

__all__ = [
    "AuthenticationError",
    "AuthorizationError",
    "Category",
    "Condition",
    "ConfigError",
    "ConflictError",
    "CorruptError",
    "DeadlineError",
    "DnsError",
    "ExhaustedError",
    "InUseError",
    "InternalError",
    "MalformedError",
    "NetworkError",
    "NotFoundError",
    "QuotaError",
    "SerializationError",
    "Severity",
    "SondeError",
    "StorageError",
    "TlsError",
    "TooLargeError",
    "Traits",
    "UnavailableError",
    "UnsupportedError",
    "ValidationError",
    "classify",
]
