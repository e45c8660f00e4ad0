"""Every error that Sonde raises, and what each means to a person, a client and a shell.

    SondeError
    ├── ValidationError        the input is wrong; sending it again cannot help
    │   ├── MalformedError     bytes that are not the protocol: offset, field path, what is wrong
    │   ├── ConflictError      it was made for something that has changed since
    │   ├── TooLargeError      over a size limit, also while inflating
    │   └── UnsupportedError   an encoding, content type or method that is not spoken here
    ├── ConfigError            the configuration is wrong: path, what is wrong, how to mend
    ├── AuthenticationError    who is this?
    ├── AuthorizationError     known, but not allowed
    ├── NotFoundError          nothing has that name
    ├── QuotaError             a limit the sender should slow down for (retry later)
    ├── ExhaustedError         this machine ran out of something: disk, memory, connections (retry later)
    ├── UnavailableError       a part is down or starting (retry later)
    ├── DeadlineError          it took too long
    ├── NetworkError           a peer could not be reached, or the connection broke
    │   ├── DnsError           its name could not be resolved
    │   └── TlsError           no secure connection with it: certificate, protocol version, keys
    ├── SerializationError     a value that a format cannot carry, or bytes that no value can be made of
    ├── StorageError           disk or engine failed
    │   ├── CorruptError       stored bytes are not what was written
    │   └── InUseError         another process holds it
    └── InternalError          a defect in Sonde

Fourteen of the categories are kinds of trouble that a client meets: network, timeout, dns, tls, authentication,
authorization, quota, serialization, validation, configuration, resource exhausted, unavailable, storage and internal.
Not found is the fifteenth, because who asks a query API for a trace that is not there has done nothing invalid. The
last is no trouble at all: `ok`, for those conditions (`sonde.core.conditions`) that are good news, such as HTTP 200.

The table at the end maps each class to its category, severity, retryability, advice, HTTP status, gRPC code and exit
code. It is data in one place; a test proves that every class has a row. Codes follow the OTLP specification ("Failures":
which gRPC codes and HTTP statuses a client may retry) and `sysexits.h` for exit codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

__all__ = [
    "AuthenticationError",
    "AuthorizationError",
    "Category",
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
]


class Category(Enum):
    """The kind of trouble, for metrics and for choosing what to do."""

    OK = "ok"
    VALIDATION = "validation"
    CONFIGURATION = "configuration"
    AUTHENTICATION = "authentication"
    AUTHORIZATION = "authorization"
    NOT_FOUND = "not_found"
    QUOTA = "quota"
    EXHAUSTED = "resource_exhausted"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    NETWORK = "network"
    DNS = "dns"
    TLS = "tls"
    SERIALIZATION = "serialization"
    STORAGE = "storage"
    INTERNAL = "internal"


class Severity(Enum):
    """How loudly to say it: info is good news, a warning mends itself, an error needs someone, a fatal one ends the process."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Traits:
    """What one class of error means outside: one row of the table.

    Attributes:
        category: the kind of trouble.
        severity: how loudly to say it.
        retryable: whether the same request may succeed later.
        http_status: the status of an HTTP answer.
        grpc_code: the number of a gRPC status code (`google.rpc.Code`).
        exit_code: the exit code of a command that ends with this error.
        advice: what a person can do about it, one sentence.
    """

    category: Category
    severity: Severity
    retryable: bool
    http_status: int
    grpc_code: int
    exit_code: int
    advice: str


class SondeError(Exception):
    """The root of the tree: a message for a person, and the traits of its class.

    Args:
        message: what is wrong, where, and how to mend it.
        retry_after_s: for retryable errors, how many seconds the sender should wait; None leaves it to the sender.
    """

    traits: ClassVar[Traits]

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class ValidationError(SondeError):
    """The input is wrong; sending the same again cannot help."""


class MalformedError(ValidationError):
    """Bytes that are not a valid message.

    Args:
        reason: what is wrong, without the position.
        offset: byte offset in the payload where it was noticed; -1 where no offset makes sense (JSON paths).
        path: the field's path in OTLP names, `resource_spans[0].scope_spans[1].spans[7].trace_id`; empty at the root.
    """

    def __init__(self, reason: str, offset: int = -1, path: str = "") -> None:
        where = f" at byte {offset}" if offset >= 0 else ""
        field = f" in {path}" if path else ""
        super().__init__(f"{reason}{where}{field}")
        self.reason = reason
        self.offset = offset
        self.path = path

    def __reduce__(self) -> tuple[type[MalformedError], tuple[str, int, str]]:
        return type(self), (self.reason, self.offset, self.path)


class ConflictError(ValidationError):
    """It was made for something that has changed since; nothing was overwritten."""


class TooLargeError(ValidationError):
    """The input is over a size limit, as sent or while it inflates."""


class UnsupportedError(ValidationError):
    """A content type, encoding or method that is not spoken here."""


class ConfigError(SondeError):
    """The configuration, a flag or an environment variable is wrong."""


class AuthenticationError(SondeError):
    """The sender did not say who it is, or could not prove it."""


class AuthorizationError(SondeError):
    """The sender is known and may not do this."""


class NotFoundError(SondeError):
    """Nothing here has that name."""


class QuotaError(SondeError):
    """The sender is over a limit of its own and should slow down."""


class ExhaustedError(SondeError):
    """This machine ran out of disk quota, memory or connections; nothing of the request was kept."""


class UnavailableError(SondeError):
    """A part is down, starting or shutting down; nothing of the request was kept."""


class DeadlineError(SondeError):
    """It took longer than allowed."""


class NetworkError(SondeError):
    """A peer could not be reached, or the connection broke."""


class DnsError(NetworkError):
    """The name of a peer could not be resolved."""


class TlsError(NetworkError):
    """No secure connection could be made: a certificate, a protocol version or a key does not fit."""


class SerializationError(SondeError):
    """A value that the format cannot carry, or bytes that no value can be made of."""


class StorageError(SondeError):
    """The disk or the engine failed."""


class CorruptError(StorageError):
    """Stored bytes are not those that were written."""


class InUseError(StorageError):
    """Another process holds the directory or file."""


class InternalError(SondeError):
    """A defect in Sonde: it should not have happened."""


_TABLE: dict[type[SondeError], Traits] = {
    SondeError: Traits(Category.INTERNAL, Severity.ERROR, False, 500, 13, 70, "Report it with the lines above."),
    ValidationError: Traits(Category.VALIDATION, Severity.WARNING, False, 400, 3, 65, "Correct the input; sending the same again cannot help."),
    MalformedError: Traits(Category.VALIDATION, Severity.WARNING, False, 400, 3, 65, "Check the sender: these bytes are not valid OTLP."),
    ConflictError: Traits(Category.VALIDATION, Severity.WARNING, False, 409, 9, 65, "Read what is there now and change that, or save under another name."),
    TooLargeError: Traits(Category.VALIDATION, Severity.WARNING, False, 413, 8, 65, "Send smaller batches, or raise the receiver's limit."),
    UnsupportedError: Traits(Category.VALIDATION, Severity.WARNING, False, 415, 12, 65, "Use a content type and encoding that the message lists."),
    ConfigError: Traits(Category.CONFIGURATION, Severity.FATAL, False, 500, 9, 78, "Correct the setting that the message names."),
    AuthenticationError: Traits(Category.AUTHENTICATION, Severity.WARNING, False, 401, 16, 77, "Send a valid credential."),
    AuthorizationError: Traits(Category.AUTHORIZATION, Severity.WARNING, False, 403, 7, 77, "Ask for the permission that the message names."),
    NotFoundError: Traits(Category.NOT_FOUND, Severity.WARNING, False, 404, 5, 66, "Check the name and the time range."),
    QuotaError: Traits(Category.QUOTA, Severity.WARNING, True, 429, 8, 75, "Slow down; wait as long as the answer says."),
    ExhaustedError: Traits(Category.EXHAUSTED, Severity.ERROR, True, 503, 8, 75, "Free what ran out (disk, memory, connections) or raise its limit."),
    UnavailableError: Traits(Category.UNAVAILABLE, Severity.WARNING, True, 503, 14, 69, "Try again shortly; `sonde doctor` says which part is down."),
    DeadlineError: Traits(Category.TIMEOUT, Severity.WARNING, True, 504, 4, 75, "Ask for less at once, or allow more time."),
    NetworkError: Traits(Category.NETWORK, Severity.WARNING, True, 502, 14, 68, "Check the address and that the server runs."),
    DnsError: Traits(Category.DNS, Severity.WARNING, True, 502, 14, 68, "Check the host name and the resolver; `getent hosts NAME` shows what it answers."),
    TlsError: Traits(Category.TLS, Severity.ERROR, False, 500, 9, 76, "Compare both ends' certificates and TLS settings; `openssl s_client -connect HOST:PORT` shows the peer's."),
    SerializationError: Traits(Category.SERIALIZATION, Severity.ERROR, False, 500, 13, 65, "Give a value that the format can carry; the message names it."),
    StorageError: Traits(Category.STORAGE, Severity.ERROR, True, 503, 14, 74, "Check the disk and the store; `sonde doctor` names the part."),
    CorruptError: Traits(Category.STORAGE, Severity.ERROR, False, 500, 15, 74, "The damaged part was set aside; `sonde journal verify` shows it."),
    InUseError: Traits(Category.STORAGE, Severity.FATAL, False, 409, 10, 73, "Use another place, or free this one: stop the process that has it."),
    InternalError: Traits(Category.INTERNAL, Severity.ERROR, False, 500, 13, 70, "Report it with the lines above."),
}  # fmt: skip

for _class, _traits in _TABLE.items():
    _class.traits = _traits
