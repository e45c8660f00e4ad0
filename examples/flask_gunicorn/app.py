"""Flask, to be preloaded by gunicorn and served by forked workers: `gunicorn -c gunicorn.conf.py app:app`.

Telemetry is configured once, before the fork. Each worker then exports by itself, under an instance id of its own.
"""

from __future__ import annotations

# ruff: noqa: E402  what is to be instrumented is imported after it was told to be
import logging
import os

import sonde

sonde.configure(service_name="flask-app")

from flask import Flask

app = Flask(__name__)
log = logging.getLogger("flask-app")


@app.get("/jobs/<int:number>")
def work(number: int) -> dict[str, int]:
    """Answer with the process that did the work."""
    log.warning("worked on %d", number)
    return {"number": number, "pid": os.getpid()}
