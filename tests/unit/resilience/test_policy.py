"""The algebra: outermost first, associative, and the same for plain and coroutine functions."""

import ast
import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import sonde.resilience
from sonde.core.clock import ManualClock
from sonde.core.errors import UnavailableError
from sonde.resilience import Policy, World, breaker, bulkhead, deadline, fallback, rate_limit, retry


class Named(Policy):
    def __init__(self, name, log):
        self.name = name
        self.log = log

    def around(self, attempt):
        self.log.append(f"+{self.name}")
        try:
            return attempt()
        finally:
            self.log.append(f"-{self.name}")

    async def around_async(self, attempt):
        self.log.append(f"+{self.name}")
        try:
            return await attempt()
        finally:
            self.log.append(f"-{self.name}")


@pytest.mark.parametrize("grouping", ["left", "right"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_first_named_is_outermost_however_they_are_grouped(grouping, asynchronous):
    log = []
    a, b, c = (Named(name, log) for name in "abc")
    policy = (a | b) | c if grouping == "left" else a | (b | c)

    async def later(x, *, y):
        return x + y

    result = asyncio.run(policy.acall(later, 1, y=2)) if asynchronous else policy.call(lambda x, *, y: x + y, 1, y=2)
    assert result == 3
    assert log == ["+a", "+b", "+c", "-c", "-b", "-a"]


def test_only_policies_compose():
    with pytest.raises(TypeError):
        deadline(1) | print


def test_a_chain_reads_as_it_was_written():
    assert repr(deadline(5) | bulkhead(3, queue=2) | rate_limit(10, 5)) == (
        "deadline(5) | bulkhead(3, queue=2) | rate_limit(10, 5)"
    )


def test_every_policy_passes_a_good_answer_and_a_defect_through_unchanged():
    world = World.simulated(ManualClock())
    policy = (
        fallback(lambda error: "other")
        | deadline(5, world=world)
        | retry(world=world)
        | breaker(clock=world.clock)
        | bulkhead(1, world=world)
        | rate_limit(1, 10, world=world)
    )
    defect = ZeroDivisionError()

    def broken():
        raise defect

    async def broken_later():
        raise defect

    assert policy.call(lambda: "answer") == "answer"
    with pytest.raises(ZeroDivisionError) as raised:
        policy.call(broken)
    assert raised.value is defect
    with pytest.raises(ZeroDivisionError):
        asyncio.run(policy.acall(broken_later))


def test_fallback_answers_for_trouble_and_not_for_defects():
    async def answer_later(error):
        return f"instead of {error}"

    async def trouble_later():
        raise UnavailableError("away")

    def trouble():
        raise UnavailableError("away")

    assert fallback(lambda error: f"instead of {error}").call(trouble) == "instead of away"
    assert asyncio.run(fallback(answer_later).acall(trouble_later)) == "instead of away"
    with pytest.raises(UnavailableError):
        fallback(lambda error: None, on=KeyError).call(trouble)


def test_every_public_name_is_there_and_declared_for_type_checkers():
    assert all(getattr(sonde.resilience, name) for name in sonde.resilience.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_sort"):
        sonde.resilience.nothing_of_the_sort  # noqa: B018 - the access is the test
    tree = ast.parse(Path(sonde.resilience.__file__).read_text())
    declared = {
        (node.module.rpartition(".")[2], name.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("sonde.")
        for name in node.names
    }
    listed = {(module, name) for module, names in sonde.resilience._MODULES.items() for name in names}
    assert declared == listed
    # a module of the same name would hide the policy as soon as something imports it
    assert not {module for module, _ in listed} & {name for _, name in listed}
    assert sorted(name for _, name in listed) == sorted(sonde.resilience.__all__)


def test_importing_every_policy_brings_in_nothing_heavy():
    names = ", ".join(
        f'"{name}"' for name in ("asyncio", "concurrent.futures", "email", "http", "ssl", "numpy", "pydantic")
    )
    code = (
        "import sys, sonde.resilience as r; [getattr(r, n) for n in r.__all__];"
        f"print([m for m in ({names}) if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
