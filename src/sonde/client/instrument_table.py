"""Which official instrumentation belongs to which library: one row each, data only.

Names are those of the OpenTelemetry Python contrib repository (`opentelemetry-instrumentation`, `bootstrap_gen.py`). Which
versions of a library an instrumentation takes, and under which entry points it is known, its own distribution says.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIBRARIES", "Library"]


@dataclass(frozen=True, slots=True)
class Library:
    """One library and its instrumentation.

    Attributes:
        name: what a person calls it, and what `instrument=[…]` takes.
        distributions: the packages any of which is the library; empty for a part of Python.
        instrumentation: the distribution that instruments it.
        trigger: the module after whose import it is instrumented. Django's reads the settings, which are there when its
            request handlers are imported.
        is_wanted: False for what is only switched on by name, since it emits much, or Sonde does it itself.
    """

    name: str
    distributions: tuple[str, ...]
    instrumentation: str
    trigger: str
    is_wanted: bool = True


def _row(name: str, *distributions: str, package: str = "", module: str = "", is_wanted: bool = True) -> Library:
    instrumentation = f"opentelemetry-instrumentation-{package or name}"
    return Library(name, distributions or (name,), instrumentation, module or name.replace("-", "_"), is_wanted)


def _builtin(name: str, *, is_wanted: bool = True) -> Library:
    return Library(name, (), f"opentelemetry-instrumentation-{name}", name, is_wanted)


LIBRARIES = (
    # Web frameworks
    _row("fastapi"),
    _row("starlette"),
    _row("django", module="django.core.handlers.base"),
    _row("flask"),
    _row("tornado"),
    _row("falcon"),
    _row("pyramid"),
    _row("aiohttp-server", "aiohttp", module="aiohttp"),
    # Clients
    _row("aiohttp-client", "aiohttp", module="aiohttp"),
    _row("httpx", "httpx", "httpx2"),
    _row("requests"),
    _row("urllib3"),
    _builtin("urllib"),
    # Databases
    _row("sqlalchemy"),
    _row("psycopg"),
    _row("psycopg2", "psycopg2", "psycopg2-binary"),
    _row("asyncpg"),
    _row("aiopg"),
    _row("mysql", "mysql-connector-python", module="mysql.connector"),
    _row("mysqlclient", module="MySQLdb"),
    _row("pymysql"),
    _row("pymssql"),
    _builtin("sqlite3"),
    _row("tortoiseorm", "tortoise-orm", module="tortoise"),
    _row("pymongo"),
    _row("redis"),
    _row("pymemcache"),
    _row("cassandra", "cassandra-driver", "scylla-driver"),
    # elasticsearch has no row: its client traces itself (elastic-transport 8.13 and newer), and the package was withdrawn.
    # Queues and tasks
    _row("celery", module="celery.app"),
    _row("remoulade"),
    _row("kafka-python", module="kafka"),
    _row("confluent-kafka"),
    _row("aiokafka"),
    _row("pika"),
    _row("aio-pika"),
    _row("boto3sqs", "boto3", module="boto3"),
    _row("botocore", "botocore", "aiobotocore"),
    # RPC and models
    _row("grpc", "grpcio", module="grpc"),
    _row("openai", package="openai-v2"),
    _row("vertexai", "google-cloud-aiplatform"),
    # Templates, commands, runtime
    _row("jinja2"),
    _row("click", is_wanted=False),
    _row("asyncclick", is_wanted=False),
    _builtin("threading"),
    _builtin("asyncio", is_wanted=False),
    _builtin("logging", is_wanted=False),
    _row("system-metrics", "psutil", module="psutil", is_wanted=False),
)
"""Every library that is looked for, in the order in which it is switched on."""
