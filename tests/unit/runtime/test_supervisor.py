"""The supervisor must replace what ends, stop in order, and leave nothing behind, however it ends itself."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from servers import wait_until
from sonde.core.errors import InternalError
from sonde.runtime.inheritance import Inheritance
from sonde.runtime.listen import bind
from sonde.runtime.supervisor import Child, Supervisor


@pytest.fixture
def diary(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    return tmp_path / "diary"


@pytest.fixture
def pipe():
    read, write = os.pipe()
    yield read
    os.close(read)
    os.close(write)


def child(name, diary, parent_fd, **settings):
    share = Inheritance({"diary": str(diary), **settings}, {"web": bind("127.0.0.1:0", "test")}, parent_fd)
    return Child(name, "obedient", share)


def lines(diary):
    return diary.read_text().splitlines() if diary.exists() else []


async def until(check):
    await asyncio.get_running_loop().run_in_executor(None, lambda: wait_until(check, within_s=20, what="the children"))


def test_children_get_their_share_and_are_stopped_group_by_group(diary, pipe):
    async def scene():
        supervisor = Supervisor([[child("door-0", diary, pipe)], [child("keeper", diary, pipe)]])
        running = asyncio.create_task(supervisor.run())
        await until(lambda: len(lines(diary)) == 2)
        supervisor.stop()
        await running

    asyncio.run(scene())
    started, stopped = lines(diary)[:2], lines(diary)[2:]
    assert sorted(line.split()[0] for line in started) == ["door-0", "keeper"]
    assert all(line.endswith(" web") for line in started)
    assert stopped == ["door-0 stopped", "keeper stopped"]


def test_a_child_that_is_killed_comes_back_and_one_that_keeps_dying_does_not_stop_the_others(diary, pipe):
    async def scene():
        supervisor = Supervisor([[child("door-0", diary, pipe)], [child("keeper", diary, pipe, dies=True)]])
        running = asyncio.create_task(supervisor.run())
        doors = lambda: [line for line in lines(diary) if line.startswith("door-0")]  # noqa: E731
        await until(lambda: len(doors()) == 1 and len(lines(diary)) >= 3)
        os.kill(int(doors()[0].split()[1]), signal.SIGKILL)
        await until(lambda: len(doors()) == 2)
        supervisor.stop()
        await running
        return supervisor

    supervisor = asyncio.run(scene())
    assert supervisor.children[0].state.restarts == 2  # one kill, one stop
    assert supervisor.children[1].state.failures >= 2


def test_children_stop_by_themselves_when_the_supervisor_is_gone(diary):
    read, write = os.pipe()
    os.set_inheritable(write, False)

    async def scene():
        supervisor = Supervisor([[child("door-0", diary, read)]])
        running = asyncio.create_task(supervisor.run())
        await until(lambda: len(lines(diary)) == 1)
        os.close(write)  # what the kernel does when the supervisor is killed
        await until(lambda: "door-0 stopped" in lines(diary))
        supervisor.stop()
        await running

    asyncio.run(scene())
    os.close(read)


def test_a_child_started_by_hand_says_who_starts_it(monkeypatch):
    monkeypatch.delenv("SONDE_CHILD_SETTINGS", raising=False)
    with pytest.raises(InternalError, match="started by `sonde serve`"):
        Inheritance.receive()
