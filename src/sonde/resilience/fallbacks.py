"""The fallback: another answer when there is none, such as the last good one or an empty list.

Outermost of a chain it answers for every policy inside it: `fallback(...) | deadline(1) | breaker(...)`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar

from sonde.resilience.policy import Policy
from sonde.resilience.verdicts import Which, is_retryable, matcher

__all__ = ["fallback"]

T = TypeVar("T")


def fallback(answer: Callable[[Exception], Any], *, on: Which = is_retryable) -> Policy:
    """Answer with `answer(error)` when the call fails.

    Args:
        answer: makes the other answer from the exception; for `acall` it may be a coroutine function. What it
            raises itself is raised to the caller, with the first exception as its context.
        on: which exceptions it answers for: a class, several, or a predicate. The default is trouble that may mend
            itself (an open circuit, a full bulkhead, a passed deadline, a lost connection), not defects.
    """
    return _Fallback(answer, matcher(on))


class _Fallback(Policy):
    __slots__ = ("_answer", "_answers_for")

    def __init__(self, answer: Callable[[Exception], Any], answers_for: Callable[[Exception], bool]) -> None:
        self._answer = answer
        self._answers_for = answers_for

    def __repr__(self) -> str:
        return f"fallback({self._answer!r})"

    def around(self, attempt: Callable[[], T]) -> T:
        try:
            return attempt()
        except Exception as error:
            if not self._answers_for(error):
                raise
            answer: T = self._answer(error)
            return answer

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        try:
            return await attempt()
        except Exception as error:
            if not self._answers_for(error):
                raise
            answer: Any = self._answer(error)
            result: T = await answer if isawaitable(answer) else answer
            return result
