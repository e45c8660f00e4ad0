"""Django in one file: `python greeter.py runserver`, or any WSGI server with `greeter:application`.

`sonde.configure` stands before `django.setup`, as OpenTelemetry's instrumentation of Django wants it.
"""

from __future__ import annotations

import logging
import sys

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import execute_from_command_line
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

import sonde

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEBUG=False,
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for this example",
)
sonde.configure(service_name="site")
django.setup()

log = logging.getLogger("site")


def greet(_request: HttpRequest, name: str) -> JsonResponse:
    """Say hello, and let the database count the letters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s)", [name])
        letters = cursor.fetchone()[0]
    log.warning("greeting %s", name)
    return JsonResponse({"hello": name, "letters": letters})


def fail(_request: HttpRequest) -> JsonResponse:
    """Show what an exception looks like in a trace."""
    raise RuntimeError("this page is broken on purpose")


urlpatterns = [path("hello/<name>", greet), path("broken", fail)]
application = WSGIHandler()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
