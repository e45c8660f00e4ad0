"""A condition: one thing that can go wrong (or end well), with a code of its own and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from sonde.core.errors import Category, Severity

__all__ = ["Condition"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the table of conditions.

    Attributes:
        code: its name, unique and stable: the family, a dot, the name in the family: `http.503`, `errno.ECONNREFUSED`.
        title: what it is, in a few words.
        category: the kind of trouble.
        severity: how loudly to say it.
        retryable: whether the same operation may succeed later though nobody mends anything. For gRPC codes and HTTP
            statuses these are exactly OTLP's lists (OpenTelemetry Protocol specification 1.x, "OTLP/gRPC Response" and
            "Retryable Response Codes"); of RESOURCE_EXHAUSTED it holds only when the server names a delay.
        advice: what to do about it, one or two sentences.
        family: whose code it is: `errno`, `http`, `grpc`, `tls.alert`, `httpx`, …
        number: the code's number where its registry fixes one; None for others, and for errnos, signals and resolver
            codes, whose numbers differ between systems.
        is_wrapper: True where the condition only says that something beneath failed, so that a cause tells more.
    """

    code: str
    title: str
    category: Category
    severity: Severity
    retryable: bool
    advice: str
    family: str
    number: int | None = None
    is_wrapper: bool = False

    @property
    def name(self) -> str:
        """The code without its family."""
        return self.code[len(self.family) + 1 :] or self.code
