"""An application that sets up its telemetry in one line and then does what applications should not do.

    python exporting_app.py MODE

Everything it emits is a span or a log record named by a number, `<7>`; each mode has its own numbers. Where it sends is in the
environment. Some modes print `ready`, or their figures as JSON.
"""

import asyncio
import atexit
import ctypes
import gc
import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time

if sys.argv[1:] == ["greenlets"]:
    from gevent import monkey

    monkey.patch_all()

from opentelemetry import trace

import sonde

TRACER = trace.get_tracer(
    "app"
)  # once: asking for one takes a lock of the SDK's, in which a finalizer would wait for ever


def configured():
    sonde.configure(service_name="app", instrument=False, runtime_metrics=False, metrics=False)


def emit(*names):
    for number in names:
        TRACER.start_span(f"item<{number}>").end()


def tell():
    print(json.dumps(sonde.stats()["traces"]), flush=True)


def late():
    """At the end: a thread exits, another works on after the main thread is done, a third never ends."""
    pause = threading.Event()

    def exits():
        emit(100)
        sys.exit(7)

    def works_on():
        threading.main_thread().join()
        for number in range(200, 300):
            emit(number)
            pause.wait(0.001)

    def never_ends():
        while True:
            emit(999)
            pause.wait(0.0005)

    configured()
    threading.Thread(target=exits).start()
    threading.Thread(target=works_on).start()
    threading.Thread(target=never_ends, daemon=True).start()
    atexit.register(emit, *range(300, 310))
    with TRACER.start_as_current_span("item<400>"):
        logging.getLogger("app").warning("item<401>")
        sys.exit(3)


def everywhere():
    """Emit in a signal's handler, in finalizers that the garbage collector calls, and in a thousand threads, all at once."""
    configured()
    handled, is_on = [], [True]

    def handle(*_):
        emit(10_000 + len(handled))
        handled.append(1)
        signal.setitimer(signal.ITIMER_REAL, 0.001 if is_on else 0)

    class Cyclic:
        def __init__(self, number):
            self.number, self.me = number, self

        def __del__(self):
            emit(self.number)

    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    gc.set_threshold(200)
    threads = [threading.Thread(target=emit, args=range(20_000 + 3 * n, 20_003 + 3 * n)) for n in range(1000)]
    for number, thread in enumerate(threads):
        Cyclic(30_000 + number)
        thread.start()
    for thread in threads:
        thread.join()
    is_on.clear()
    signal.setitimer(signal.ITIMER_REAL, 0)
    gc.collect()
    emitted = len(handled)
    sonde.flush(30)
    print(json.dumps({"handled": emitted, **sonde.stats()["traces"]}), flush=True)


def loop():
    """An event loop; reports what its thread did that could have waited."""
    seen = []
    main, waits = threading.get_ident(), ("socket.", "open", "os.", "subprocess.", "shutil.")

    def audit(event, _arguments):
        if watching and threading.get_ident() == main and event.startswith(waits):
            seen.append(event)

    async def serve():
        nonlocal watching
        watching = True
        for number in range(500):
            emit(number)
            logging.getLogger("app").warning("item<%d>", number)
            await asyncio.sleep(0)
        watching = False

    watching = False
    configured()
    emit(1000)  # so that the engine is awake before
    sys.addaudithook(audit)
    asyncio.run(serve())
    print(json.dumps(seen), flush=True)


def greenlets():
    import gevent

    configured()
    gevent.joinall([gevent.spawn(emit, *range(10 * n, 10 * n + 10)) for n in range(20)])
    sonde.flush(20)
    tell()
    emit(*range(200, 210))


def foreign_fork():
    """Fork behind Python's back, as a C program that embeds it may; the lane holds items of the parent at that moment.

    The other threads sleep, and what they need was imported before: without its hooks CPython itself does not survive a fork
    within an import, or while a thread waits for the interpreter's lock.
    """
    configured()
    emit(0)
    sonde.flush(20)
    emit(*range(1, 5))
    time.sleep(0.3)
    child = ctypes.PyDLL(None).fork()
    if child == 0:
        emit(*range(1000, 1100))
        sonde.flush(20)
        emit(*range(1100, 1120))
        sys.exit(0)
    emit(*range(5, 10))
    os.waitpid(child, 0)


def prefork():
    """Workers forked by hand, by multiprocessing, and spawned; some are ended by `os._exit` after a flush."""
    configured()
    emit(*range(5))
    children = []
    for first in (100, 200):
        child = os.fork()
        if child == 0:
            emit(*range(first, first + 5))
            if first == 200:
                sonde.flush(20)
                os._exit(0)
            sys.exit(0)
        children.append(child)
    for first, method in ((300, "fork"), (400, "spawn")):
        process = multiprocessing.get_context(method).Process(target=work, args=range(first, first + 5))
        process.start()
        process.join()
    for child in children:
        os.waitpid(child, 0)
    emit(*range(5, 10))


def work(*names):
    configured()
    emit(*names)


def official():
    """The SDK's own batch processors and reader over Sonde's exporters, ended by nobody but the interpreter."""
    from opentelemetry import metrics
    from opentelemetry._logs import set_logger_provider
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from sonde.client.sdk.exporters import SondeLogRecordExporter, SondeMetricExporter, SondeSpanExporter

    tracers, loggers = TracerProvider(), LoggerProvider()
    tracers.add_span_processor(BatchSpanProcessor(SondeSpanExporter()))
    loggers.add_log_record_processor(BatchLogRecordProcessor(SondeLogRecordExporter()))
    trace.set_tracer_provider(tracers)
    set_logger_provider(loggers)
    metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(SondeMetricExporter())]))
    emit(*range(25))
    for number in range(25):
        loggers.get_logger("app").emit(body=f"item<{number}>")
        metrics.get_meter("app").create_counter("orders").add(1, {"number": f"item<{number}>"})


def killed():
    """Emit, be sure that it is on disk or delivered, and wait to be killed."""
    configured()
    first = int(sys.argv[2])
    emit(*range(first, first + 50))
    while sum(sonde.stats()["traces"][state] for state in ("exported", "spooled")) < 50:
        time.sleep(0.005)
    print("ready", flush=True)
    if sys.argv[3:] == ["now"]:
        os._exit(9)
    threading.Event().wait()


def drain():
    configured()
    sonde.flush(0.1)
    while sonde.stats()["traces"]["adopted"] < int(sys.argv[2]):
        sonde.flush(1)
        time.sleep(0.005)
    tell()


if __name__ == "__main__":
    globals()[sys.argv[1]]()
