"""An SDK provider that keeps records in memory, and `logging` left as it was found."""

import logging

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider

from sonde.client.logs.setup import current_setup


class Kept:
    """A provider and what it has been given."""

    def __init__(self, **options):
        self.exporter = InMemoryLogRecordExporter()
        self.provider = LoggerProvider(shutdown_on_exit=False, **options)
        self.provider.add_log_record_processor(SimpleLogRecordProcessor(self.exporter))

    @property
    def records(self):
        return [kept.log_record for kept in self.exporter.get_finished_logs()]

    @property
    def names(self):
        return [kept.instrumentation_scope.name for kept in self.exporter.get_finished_logs()]

    @property
    def bodies(self):
        return [record.body for record in self.records]


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def make_kept():
    return Kept


@pytest.fixture
def tracer():
    return TracerProvider(shutdown_on_exit=False).get_tracer("tests")


@pytest.fixture(autouse=True)
def _logging_as_found():
    root = logging.getLogger()
    handlers, level, last, function = root.handlers[:], root.level, logging.lastResort, logging.Logger.callHandlers
    yield
    setup = current_setup()
    if setup is not None:
        setup.undo()
    root.handlers[:] = handlers
    root.setLevel(level)
    assert logging.lastResort is last
    assert logging.Logger.callHandlers is function


@pytest.fixture
def logger(request):
    """A logger of this test's own, without handlers, that passes everything on."""
    made = logging.getLogger(f"tests_of_logs.{request.node.name}")
    made.setLevel(1)
    yield made
    made.handlers.clear()
    made.propagate = True
