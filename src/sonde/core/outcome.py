"""What became of a request: partial failure is a value, never an exception.

Source: OpenTelemetry Protocol specification, "Partial Success": a server that kept some records and refused others
answers success with the number refused and a reason; a reason with no refusals is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many records of one request were accepted and refused.

    Attributes:
        accepted: records that are now kept (journaled and, by the journal's policy, synced).
        rejected: records that were refused and must not be sent again.
        message: why records were refused, or advice to the sender; empty when there is nothing to say.
    """

    accepted: int
    rejected: int = 0
    message: str = ""

    @property
    def is_partial(self) -> bool:
        """True when the protocol's `partial_success` field has something to say."""
        return self.rejected > 0 or bool(self.message)
