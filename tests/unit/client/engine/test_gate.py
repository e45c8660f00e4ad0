"""A fork in the middle of another thread's import leaves the child half a module: it must wait, and never for long."""

import threading

from sonde.client.engine import gate


def test_a_fork_waits_until_the_import_is_done():
    importing, done, order = threading.Event(), threading.Event(), []

    def load():
        with gate.importing():
            importing.set()
            done.wait(20)
            order.append("imported")

    def fork():
        gate._before()
        order.append("forked")
        gate._after_in_parent()

    loader, forker = threading.Thread(target=load), threading.Thread(target=fork)
    loader.start()
    assert importing.wait(20)
    forker.start()
    done.set()
    loader.join(20)
    forker.join(20)
    assert order == ["imported", "forked"]


def test_a_fork_that_waited_too_long_goes_on(monkeypatch):
    monkeypatch.setattr(gate, "_LONGEST_S", 0.01)
    importing, done = threading.Event(), threading.Event()

    def load():
        with gate.importing():
            importing.set()
            done.wait(20)

    loader = threading.Thread(target=load)
    loader.start()
    assert importing.wait(20)
    gate._before()
    gate._after_in_parent()
    done.set()
    loader.join(20)
    with gate.importing():
        pass


def test_the_child_has_a_gate_of_its_own(monkeypatch):
    monkeypatch.setattr(gate, "_gate", gate._gate)
    held = gate._gate
    gate._after_in_child()
    assert gate._gate is not held
