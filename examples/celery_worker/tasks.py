"""A Celery worker: `celery -A tasks worker`, and a caller: `python tasks.py`.

The caller's trace goes on in the worker: the instrumentation of Celery carries the context in the task's headers.
"""

from __future__ import annotations

import logging
import os

from celery import Celery

import sonde

CALLING = __name__ == "__main__"
sonde.configure(service_name="caller" if CALLING else "worker")

BROKER = os.environ.get("BROKER_URL", "redis://127.0.0.1:6379/0")
app = Celery("tasks", broker=BROKER, backend=os.environ.get("RESULT_URL", BROKER))
app.conf.worker_hijack_root_logger = False
log = logging.getLogger("worker")


@app.task(name="tasks.add")
def add(left: int, right: int) -> int:
    """Add two numbers, audibly."""
    log.warning("adding %d and %d", left, right)
    return left + right


if __name__ == "__main__":
    from opentelemetry import trace

    with trace.get_tracer("caller").start_as_current_span("ask for a sum"):
        print(add.delay(20, 22).get(timeout=30))
