"""One trace, whole: its spans in tree order, its logs, and the figures that a header shows.

Source of the order: a depth-first walk from the roots, siblings by their start (after clock skew was taken out).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonde.query.logs import LogRecord
    from sonde.query.spans import Span

__all__ = ["Trace"]


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace with its spans in preorder: every span comes after its parent and before its parent's next sibling.

    Attributes:
        trace_id: 32 lower-case hexadecimal digits.
        spans: all spans; never empty.
        logs: log records that carry the trace's id, oldest first.
        logs_truncated: there are more log records than were read.
    """

    trace_id: str
    spans: list[Span]
    logs: list[LogRecord] = field(default_factory=list)
    logs_truncated: bool = False

    @property
    def start_ns(self) -> int:
        """The earliest start of any span, after clock skew was taken out."""
        return min(span.shown_start_ns for span in self.spans)

    @property
    def duration_ns(self) -> int:
        """From the earliest start to the latest end, after clock skew was taken out."""
        return max(span.shown_start_ns + span.duration_ns for span in self.spans) - self.start_ns

    @property
    def services(self) -> dict[str, int]:
        """How many spans each service has, in the order in which they first appear."""
        counts: dict[str, int] = {}
        for span in self.spans:
            counts[span.service] = counts.get(span.service, 0) + 1
        return counts

    @property
    def errors(self) -> int:
        """How many spans failed."""
        return sum(span.is_error for span in self.spans)

    @property
    def depth(self) -> int:
        """How many levels the deepest branch has: 1 for a trace of roots only."""
        return max(span.depth for span in self.spans) + 1
