"""A small application that emits numbered spans through the process's engine, for the fault tests to kill, fork and end.

    python client_app.py MODE [FIRST] [COUNT]

Where it sends, spools and waits is in the environment, as for any application. What was emitted is written to the standard
output, one number a line, right after the engine took it; figures at the end as one line of JSON.
"""

import atexit
import json
import multiprocessing
import os
import sys
import threading
from types import SimpleNamespace

from sonde.client import running
from sonde.core.signal import Signal

RESOURCE = SimpleNamespace(
    attributes={"service.name": "app", "service.instance.id": "parent", "process.pid": os.getpid()}, schema_url=""
)


def span(number):
    context = SimpleNamespace(trace_id=number + 1, span_id=number + 1, trace_flags=1, trace_state=None)
    return SimpleNamespace(
        context=context, parent=None, name=f"item<{number}>", kind=1, start_time=1, end_time=2, attributes={}, events=(),
        links=(), status=None, resource=RESOURCE, instrumentation_scope=None,
        dropped_attributes=0, dropped_events=0, dropped_links=0,
    )  # fmt: skip


def emit(first, count):
    put = running.engine().put(Signal.TRACES)
    for number in range(first, first + count):
        put(span(number))


def tell():
    print(json.dumps(running.stats()["traces"]), flush=True)


def forever(first, _count):
    """Emit until killed."""
    put = running.engine().put(Signal.TRACES)
    number = first
    pause = threading.Event()
    while True:
        put(span(number))
        os.write(1, b"%d\n" % number)
        number += 1
        if not number % 5:
            pause.wait(0.002)


def script(first, count):
    """Emit and end, as a short script does."""
    emit(first, count)


def drain(_first, _count):
    """Deliver what others left on disk."""
    running.engine().flush(20)
    tell()


def fork(first, count):
    """Fork while the parent's export is under way; the child emits its own."""
    emit(first, count)
    child = os.fork()
    emit(first + (count if child == 0 else 2 * count), count)
    running.flush(20)
    if child == 0:
        tell()
        os._exit(0)
    os.waitpid(child, 0)
    tell()


def pool(first, count):
    """Children of multiprocessing, forked and spawned, that end without `atexit`."""
    emit(first, count)
    for index, method in enumerate(("fork", "spawn"), start=1):
        child = multiprocessing.get_context(method).Process(target=emit, args=(first + index * count, count))
        child.start()
        child.join()


def many(first, count):
    """Two thousand threads emit at once."""
    threads = [threading.Thread(target=emit, args=(first + index * count, count)) for index in range(2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running.flush(30)
    tell()


def ending(first, count):
    """Emit at every late moment: in a daemon thread, in `atexit`, in a finalizer of the dying interpreter."""
    go_on = threading.Event()

    def chatter():
        while True:
            emit(first, 1)
            go_on.wait(0.001)

    class Late:
        def __del__(self):
            put(span(first + 2))

    emit(first + 1, 1)
    put = running.engine().put(Signal.TRACES)
    sys.modules["kept_to_the_end"] = Late()
    atexit.register(emit, first + 1, count)
    threading.Thread(target=chatter, daemon=True).start()


def full_disk(first, count):
    """No file may grow: every write of the spool fails, as on a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    emit(first, count)
    running.flush(1)
    running.shutdown()
    tell()


if __name__ == "__main__":
    mode, first, count = sys.argv[1], int((sys.argv[2:3] or ["0"])[0]), int((sys.argv[3:4] or ["50"])[0])
    globals()[mode](first, count)
