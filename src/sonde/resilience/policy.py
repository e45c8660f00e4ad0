"""The algebra: policies are wrapped around a call, the outermost first.

    policy = deadline(10) | retry(attempts=4) | breaker()

    policy.call(fetch, "a")            # a plain function
    await policy.acall(fetch, "a")     # a coroutine function
    fetch = policy(fetch)              # a decorator for either

Read `a | b` as "a around b": here ten seconds are for everything, and each attempt passes the breaker. `|` is
associative, so composed policies compose; a policy that shares state (breaker, bulkhead, limiter, budget) shares it
between all calls that go through the same object.

A policy is two methods: `around` for plain calls and `around_async` for coroutines. Each takes an attempt, a function of no
arguments, and may run it never, once or several times. What the attempt raises passes through unchanged unless the
policy's own verdict replaces it; a verdict is always a class of `sonde.core.errors`, chained to its cause.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast, final, overload

__all__ = ["Policy"]

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class Policy(ABC):
    """Something wrapped around calls; immutable or thread-safe, so that one object serves a whole program."""

    __slots__ = ()

    @abstractmethod
    def around(self, attempt: Callable[[], T]) -> T:
        """Run a plain attempt under this policy and return what it returns."""

    @abstractmethod
    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Run a coroutine attempt under this policy and return what it returns."""

    @final
    def call(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `fn(*args, **kwargs)` under this policy."""
        return self.around(partial(fn, *args, **kwargs))

    @overload
    async def acall(self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    async def acall(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @final
    async def acall(self, fn: Callable[P, Any], /, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Await `fn(*args, **kwargs)` under this policy; a plain function only where a `pool` is innermost."""
        return await self.around_async(partial(fn, *args, **kwargs))

    @final
    def __or__(self, inner: Policy) -> Policy:
        return _Around(self, inner) if isinstance(inner, Policy) else NotImplemented

    @final
    def __call__(self, fn: F) -> F:
        """Decorate a plain or a coroutine function; its signature stays."""
        if iscoroutinefunction(fn):

            @wraps(fn)
            async def guarded_async(*args: Any, **kwargs: Any) -> Any:
                return await self.around_async(partial(fn, *args, **kwargs))

            return cast("F", guarded_async)

        @wraps(fn)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            return self.around(partial(fn, *args, **kwargs))

        return cast("F", guarded)


class _Around(Policy):
    __slots__ = ("_inner", "_outer")

    def __init__(self, outer: Policy, inner: Policy) -> None:
        self._outer = outer
        self._inner = inner

    def around(self, attempt: Callable[[], T]) -> T:
        return self._outer.around(partial(self._inner.around, attempt))

    async def around_async(self, attempt: Callable[[], Awaitable[T]]) -> T:
        return await self._outer.around_async(partial(self._inner.around_async, attempt))

    def __repr__(self) -> str:
        return f"{self._outer!r} | {self._inner!r}"
