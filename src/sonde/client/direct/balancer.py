"""Which of several servers a request goes to: who is fit, who is next, and who takes over.

`Balancer` is a machine without clock, network or lock: time and randomness are handed in, and its user says when a
request starts and how it ended. Ways to balance:

    round_robin      one after the other
    weighted         in proportion to the weights, evenly interleaved (smooth weighted round robin, as nginx has it)
    least_in_flight  of two chosen at random the one with fewer requests on their way (Mitzenmacher, "The Power of Two
                     Choices in Randomized Load Balancing", 2001, section 2)
    trace_id         a trace always goes to the same server, in any process: rendezvous hashing (Thaler and Ravishankar,
                     "Using name-based mappings to increase hit rates", 1998), weighted by -weight / ln(hash). A server
                     that leaves hands on its own traces and moves no other
    failover         the first of the list that is fit

Health: each server has a circuit (`sonde.resilience.circuit`): after so many failures in a row it rests, then one request
at a time may try it, the first success makes it fit again, and with `failover` gives it its place back. A server that
names a wait (Retry-After) is left alone for so long. Invariants: nobody who rests is chosen while someone may be tried;
when all rest, the one whose rest ends first is tried, for a client must send somewhere (Envoy calls it panic mode).

Not thread-safe: `Courses` holds a lock around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from sonde.core.errors import ConfigError
from sonde.resilience.circuit import BreakerSettings, Pass, Phase, abandon, admit, reset, settle

__all__ = ["BALANCES", "FITNESS", "Balance", "Balancer", "Member", "Ticket"]

Balance = Literal["round_robin", "weighted", "least_in_flight", "trace_id", "failover"]
BALANCES: tuple[Balance, ...] = get_args(Balance)

FITNESS = BreakerSettings(consecutive_failures=2, open_s=5.0)
"""When a server rests, unless something else is said: after two failures in a row, for five seconds."""

_LONGEST_HINT_S = 300.0


@dataclass(frozen=True, slots=True)
class Member:
    """One server among several.

    Attributes:
        name: what its place in the hash is made of, `host:port`: the same in every process that should agree.
        weight: its share, above 0.
    """

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request on its way.

    Attributes:
        index: to which member.
        admitted: what its circuit gave it; None when all rest and it goes nevertheless.
    """

    index: int
    admitted: Pass | None


class Balancer:
    """Chooses among servers.

    Args:
        members: the servers, at least one; with `failover` the preferred first.
        balance: how to choose.
        random: numbers from 0 up to 1, for `least_in_flight`.
        fitness: when a member rests and how it comes back.

    Raises:
        ConfigError: no member, a weight that is not above 0, or no such balance.
    """

    def __init__(
        self,
        members: Sequence[Member],
        balance: Balance,
        random: Callable[[], float],
        fitness: BreakerSettings = FITNESS,
    ) -> None:
        if not members:
            raise ConfigError("no endpoint is given; name at least one, http://localhost:4318")
        if balance not in BALANCES:
            raise ConfigError(f"balance {balance!r} is unknown; use one of {', '.join(BALANCES)}")
        for member in members:
            if not (0 < member.weight < math.inf):
                raise ConfigError(f"the weight of endpoint {member.name} is {member.weight}; it must be above 0")
        self.members = tuple(members)
        self.balance = balance
        self._random = random
        self._fitness = fitness
        self._circuits = [reset(fitness, -math.inf)] * len(members)
        self._rests_until = [-math.inf] * len(members)
        self._in_flight = [0] * len(members)
        self._credit = [0.0] * len(members)
        self._last = len(members) - 1

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The state of each member's circuit."""
        return tuple(circuit.phase for circuit in self._circuits)

    @property
    def in_flight(self) -> tuple[int, ...]:
        """Requests on their way to each member."""
        return tuple(self._in_flight)

    def pick(self, now: float, excluding: Collection[int] = ()) -> int | None:
        """The member that the next request goes to; None when none is left that may be tried.

        Args:
            now: monotonic seconds.
            excluding: members that this request has been tried at already.
        """
        ready = self._ready(now, excluding)
        if not ready:
            return None
        return ready[0] if len(ready) == 1 else self._choose(ready)

    def owners(self, keys: Iterable[bytes], now: float, excluding: Collection[int] = ()) -> dict[bytes, int]:
        """The member that each key belongs to, among those that may be tried; empty when none is left. O(keys x members)."""
        ready = self._ready(now, excluding)
        if len(ready) == 1:
            return dict.fromkeys(keys, ready[0])
        if not ready:
            return {}
        return {key: max(ready, key=lambda index: _score(self.members[index], key)) for key in keys}

    def has_more(self, now: float, excluding: Collection[int]) -> bool:
        """Whether a request that fails at the excluded ones could go to another."""
        return any(self._may_try(index, now) for index in range(len(self.members)) if index not in excluding)

    def started(self, index: int, now: float) -> Ticket:
        """A request sets out to a member; its end must be told with the ticket."""
        self._in_flight[index] += 1
        self._circuits[index], admitted = admit(self._fitness, self._circuits[index], now)
        return Ticket(index, admitted)

    def succeeded(self, ticket: Ticket, now: float, duration_s: float = 0.0) -> None:
        """The request ended, and the member works."""
        self._settle(ticket, now, duration_s, success=True)

    def failed(self, ticket: Ticket, now: float, duration_s: float = 0.0, hint_s: float | None = None) -> None:
        """The request ended, and the member cannot serve for now, or for as long as `hint_s` if it said so."""
        if hint_s is not None:
            rests_until = now + min(hint_s, _LONGEST_HINT_S)
            self._rests_until[ticket.index] = max(self._rests_until[ticket.index], rests_until)
        self._settle(ticket, now, duration_s, success=False)

    def abandoned(self, ticket: Ticket) -> None:
        """The request was given up here; that says nothing about the member."""
        self._in_flight[ticket.index] -= 1
        if ticket.admitted is not None:
            self._circuits[ticket.index] = abandon(self._circuits[ticket.index], ticket.admitted)

    def _settle(self, ticket: Ticket, now: float, duration_s: float, *, success: bool) -> None:
        self._in_flight[ticket.index] -= 1
        if ticket.admitted is not None:
            circuit = self._circuits[ticket.index]
            self._circuits[ticket.index] = settle(
                self._fitness, circuit, now, ticket.admitted, success=success, duration_s=duration_s
            )

    def _may_try(self, index: int, now: float) -> bool:
        return now >= self._rests_until[index] and admit(self._fitness, self._circuits[index], now)[1] is not None

    def _ready(self, now: float, excluding: Collection[int]) -> list[int]:
        left = [index for index in range(len(self.members)) if index not in excluding]
        ready = [index for index in left if self._may_try(index, now)]
        if not ready and not excluding:
            return [min(left, key=self._rest_ends)]
        return ready

    def _rest_ends(self, index: int) -> float:
        return max(self._rests_until[index], self._circuits[index].since + self._fitness.open_s)

    def _choose(self, ready: list[int]) -> int:
        match self.balance:
            case "failover":
                return ready[0]
            case "weighted":
                return self._next_by_weight(ready)
            case "least_in_flight":
                return self._idler_of_two(ready)
            case _:
                return self._next_in_turn(ready)

    def _next_in_turn(self, ready: list[int]) -> int:
        self._last = next((index for index in ready if index > self._last), ready[0])
        return self._last

    def _next_by_weight(self, ready: list[int]) -> int:
        for index in ready:
            self._credit[index] += self.members[index].weight
        chosen = max(ready, key=self._credit.__getitem__)
        self._credit[chosen] -= sum(self.members[index].weight for index in ready)
        return chosen

    def _idler_of_two(self, ready: list[int]) -> int:
        first = int(self._random() * len(ready))
        other = int(self._random() * (len(ready) - 1))
        pair = ready[first], ready[other + (other >= first)]
        return min(pair, key=self._in_flight.__getitem__)


@cache
def _blake2b() -> Any:
    # Loads OpenSSL, which every other way to balance does without.
    from hashlib import blake2b  # noqa: PLC0415 -- see above

    return blake2b


def _score(member: Member, key: bytes) -> float:
    digest = _blake2b()(key, digest_size=8, key=member.name.encode()[:64]).digest()
    # Strictly between 0 and 1, so that the logarithm is finite and not zero.
    share = ((int.from_bytes(digest) >> 11) + 0.5) / (1 << 53)
    return -member.weight / math.log(share)
