"""A million damaged payloads through the wire kernel and its twin: no crash, no hang, no disagreement.

    python tests/fault/wire_mutations.py --count 1000000 --seed 1

Every input is validated and flattened by both. Those that both accept, and some that both refuse, go through all other
functions too; some of the accepted are besides cut and joined and compared with what the protobuf library makes of
them. A disagreement prints the function and the input in hex; a hang ends the run after a minute with a traceback; a
crash of a worker ends it with the worker's seed.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import faulthandler
import multiprocessing
import os
import random
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fault.wire_inputs import KEYS, REQUESTS, bomb, mutate, odd_payload, plain_payload
from sonde.core.errors import MalformedError
from sonde.otlp import twin, wire

if wire.NATIVE:
    from sonde.otlp import kernel

__all__ = ["DisagreementError", "compare", "run"]

BATCH = 2000
HANG_S = 60
LIMITS = ({"max_items": 1}, {"max_items": 3}, {"max_bytes": 1}, {"max_bytes": 300}, {"max_bytes": 900, "max_items": 2})


class DisagreementError(AssertionError):
    """Kernel and twin, or kernel and protobuf library, differ on an input."""


def plain(value: Any) -> Any:
    """A result in a form that compares exactly, not-a-numbers included."""
    if isinstance(value, memoryview):
        return value.format, bytes(value)
    if dataclasses.is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value


def outcome(function: Any, *arguments: Any, **options: Any) -> Any:
    """What a call returns, or the words and the place of its refusal."""
    try:
        return plain(function(*arguments, **options))
    except MalformedError as error:
        return "refused", error.reason, error.offset, error.path


def agree(name: str, signal: int, payload: bytes, *arguments: Any, **options: Any) -> Any:
    ours = outcome(getattr(kernel, name), *arguments, **options)
    theirs = outcome(getattr(twin, name), *arguments, **options)
    if ours != theirs:
        raise DisagreementError(
            f"{name} of signal {signal}, {options}:\nkernel {ours}\ntwin   {theirs}\ninput  {payload.hex()}"
        )
    return ours


def compare(signal: int, payload: bytes, *, whole: bool) -> bool:
    """Put one input through both; `whole` asks for every function. True when it was accepted."""
    items = agree("validate", signal, payload, signal, payload)
    agree("flatten", signal, payload, signal, payload)
    accepted = isinstance(items, int)
    if not accepted and whole:
        agree("scan", signal, payload, signal, payload)
        agree("split", signal, payload, signal, payload, max_items=1)
        unchecked(signal, payload)
    elif accepted and whole:
        agree("scan", signal, payload, signal, payload)
        columns = kernel.scan(signal, payload)
        if columns.count != items:
            raise DisagreementError(f"{items} validated, {columns.count} scanned\ninput  {payload.hex()}")
        compare_columns(signal, payload, columns)
    return accepted


def unchecked(signal: int, payload: bytes) -> None:
    """What happens to a payload that was wrongly called checked is nobody's promise, but it must not crash."""
    try:
        columns = kernel.scan(signal, payload, True)
    except MalformedError:
        return
    kernel.attribute(columns, "record", "n")
    kernel.attribute(columns, "resource", "n")
    kernel.select(columns, bytes(row % 2 for row in range(columns.count)))
    kernel.split(signal, payload, max_items=1, checked=True)


def compare_columns(signal: int, payload: bytes, columns: Any) -> None:
    for level in ("record", "scope", "resource"):
        for key in KEYS:
            agree("attribute", signal, payload, columns, level, key)
    if signal == 2:
        agree("body", signal, payload, columns)
    if signal != 1:
        agree("group_by_trace", signal, payload, columns)
    for step in (2, 3):
        mask = bytes(row % step == 0 for row in range(columns.count))
        agree("select", signal, payload, columns, mask)
        compare_selected(signal, payload, mask, kernel.select(columns, mask))
    for limits in LIMITS:
        agree("split", signal, payload, signal, payload, **limits)
        pieces = kernel.split(signal, payload, **limits)
        compare_pieces(signal, payload, columns, pieces, limits)


def compare_pieces(signal: int, payload: bytes, columns: Any, pieces: list[bytes], limits: dict[str, int]) -> None:
    """No piece is too large, and together they hold the same records in the same order."""
    records = [payload[start:end] for start, end in zip(columns.start, columns.end, strict=True)]
    found = []
    for piece in pieces:
        part = kernel.scan(signal, piece)
        if part.count > limits.get("max_items", part.count) or (
            len(piece) > limits.get("max_bytes", len(piece)) and part.count > 1
        ):
            raise DisagreementError(f"a piece over {limits}\ninput  {payload.hex()}")
        found += [piece[start:end] for start, end in zip(part.start, part.end, strict=True)]
    if found != records:
        raise DisagreementError(f"other records after split {limits}\ninput  {payload.hex()}")


def compare_selected(signal: int, payload: bytes, mask: bytes, selected: bytes) -> None:
    """What was selected reads, by the protobuf library, as the request without the other records."""
    expected, found = REQUESTS[signal].FromString(payload), REQUESTS[signal].FromString(selected)
    expected.DiscardUnknownFields()
    found.DiscardUnknownFields()
    stays = iter(mask)
    groups = next(iter(expected.DESCRIPTOR.fields)).name
    keep(
        getattr(expected, groups),
        lambda group: keep(scopes_of(signal, group), lambda scope: keep_records(signal, scope, stays)),
    )
    if len(mask) and all(mask):
        keep(
            getattr(found, groups),
            lambda group: keep(scopes_of(signal, group), lambda scope: keep_records(signal, scope, iter(mask))),
        )
    if expected.SerializeToString(deterministic=True) != found.SerializeToString(deterministic=True):
        raise DisagreementError(
            f"select by {mask!r} makes another message\ninput  {payload.hex()}\noutput {selected.hex()}"
        )


def scopes_of(signal: int, group: Any) -> Any:
    return getattr(group, ("scope_spans", "scope_metrics", "scope_logs")[signal])


def keep_records(signal: int, scope: Any, stays: Any) -> bool:
    if signal == 1:
        return keep(scope.metrics, lambda metric: keep(twin_points(metric), lambda point: bool(next(stays))))
    return keep(scope.spans if signal == 0 else scope.log_records, lambda record: bool(next(stays)))


def twin_points(metric: Any) -> Any:
    kind = metric.WhichOneof("data")
    return getattr(metric, kind).data_points if kind else []


def keep(items: Any, wanted: Any) -> bool:
    """Delete what is not wanted from a repeated field; whether anything is left."""
    flags = [wanted(item) for item in items]
    for index in range(len(flags) - 1, -1, -1):
        if not flags[index]:
            del items[index]
    return any(flags)


def run(count: int, seed: int) -> tuple[int, int]:
    """Compare `count` inputs; returns how many were accepted and refused.

    Raises:
        DisagreementError: on the first.
    """
    rng = random.Random(seed)
    accepted = 0
    sources: list[tuple[int, bytes]] = []
    for number in range(count):
        if number % 50 == 0:
            signal = rng.randrange(3)
            make = rng.choice((plain_payload, plain_payload, odd_payload))
            payload = (
                make(rng, signal) if rng.random() < 0.95 else bomb(rng.randrange(40, 52), lists=rng.random() < 0.5)
            )
            sources = [(signal, payload[: 1 + rng.randrange(3000)] if len(payload) > 3000 else payload)]
            accepted += compare(signal, payload, whole=True)
            continue
        signal, payload = sources[0]
        accepted += compare(signal, mutate(rng, payload), whole=rng.random() < 0.08)
    return accepted, count - accepted


def work(count: int, seed: int) -> tuple[int, int]:
    faulthandler.dump_traceback_later(HANG_S, exit=True)
    try:
        return run(count, seed)
    finally:
        faulthandler.cancel_dump_traceback_later()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs")
    parser.add_argument("--seed", type=int, default=1, help="of the first batch")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    if not wire.NATIVE:
        parser.error("the kernel was not built here: there is nothing to compare")
    batches = [
        (min(BATCH, options.count - start), options.seed + start // BATCH) for start in range(0, options.count, BATCH)
    ]
    done = accepted = 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs, multiprocessing.get_context("fork")) as pool:
        running = {pool.submit(work, *batch): batch for batch in batches}
        for future in concurrent.futures.as_completed(running):
            size, seed = running[future]
            try:
                accepted += future.result()[0]
            except BaseException as error:
                pool.shutdown(wait=False, cancel_futures=True)
                print(f"seed {seed}: {type(error).__name__}: {error}", file=sys.stderr)
                return 1
            done += size
            print(f"\r{done} inputs, {accepted} accepted", end="", file=sys.stderr)
    print(file=sys.stderr)
    print(f"{done} inputs, {accepted} accepted, {done - accepted} refused: kernel and twin agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
