"""Instrumentation is foreign code: what is installed is found without importing it, and no trouble of one stops the rest."""

import importlib
import sys
from importlib import metadata
from types import ModuleType, SimpleNamespace

import pytest

from sonde.client import instrument as instrumenting
from sonde.client.instrument import Finding, Report, instrument, report
from sonde.client.instrument_table import LIBRARIES, Library
from sonde.core.errors import ConfigError


class Instrumentor:
    is_instrumented_by_opentelemetry = False

    def instrument(self, **options):
        type(self).is_instrumented_by_opentelemetry = True


def fresh():
    return type("Fresh", (Instrumentor,), {})


class Broken(Instrumentor):
    def instrument(self, **options):
        raise RuntimeError("no luck")


class Machine:
    """Installed distributions, by name: version and instrumentors."""

    def __init__(self, monkeypatch):
        self.installed = {"opentelemetry-semantic-conventions": SimpleNamespace(version="0.66b1", entry_points=[])}
        monkeypatch.setattr(instrumenting, "_distribution", self.installed.get)
        monkeypatch.setattr(instrumenting, "_conflict", lambda distribution: getattr(distribution, "conflict", ""))
        monkeypatch.setattr(instrumenting, "_last", None)
        for library in LIBRARIES:  # as if the application had imported everything
            if library.trigger not in sys.modules:
                monkeypatch.setitem(sys.modules, library.trigger, ModuleType(library.trigger))

    def has(self, name, version="1.0", instrumentors=(), **more):
        points = [
            SimpleNamespace(
                group="opentelemetry_instrumentor",
                name=name.rpartition("instrumentation-")[2],
                load=lambda one=one: one,
            )
            for one in instrumentors
        ]
        self.installed[name] = SimpleNamespace(version=version, entry_points=points, **more)

    def has_instrumented(self, library, instrumentor, **more):
        self.has(library, "2.0")
        self.has(f"opentelemetry-instrumentation-{library}", "0.66b1", [instrumentor], **more)


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)


def states(found):
    return {finding.library.name: finding.state for finding in found.findings}


def test_what_is_installed_is_switched_on_and_what_lacks_is_told(machine):
    machine.has_instrumented("fastapi", fresh())
    machine.has("redis", "7.0")
    found = instrument()
    assert states(found) == {"fastapi": "instrumented", "redis": "lacking"}
    assert found.command == "pip install opentelemetry-instrumentation-redis==0.66b1"
    assert report() is found
    assert str(found) == (
        "instrumented  fastapi 2.0\n"
        "lacking       redis 7.0\n"
        "              pip install opentelemetry-instrumentation-redis==0.66b1"
    )


def test_a_second_call_finds_it_on(machine):
    machine.has_instrumented("fastapi", fresh())
    instrument()
    assert states(instrument()) == {"fastapi": "already"}


def test_what_is_not_imported_yet_waits_for_its_import(machine, monkeypatch, tmp_path):
    (tmp_path / "waits_for_its_import.py").write_text("value = 1")
    monkeypatch.syspath_prepend(tmp_path)
    row = Library("later", ("later",), "opentelemetry-instrumentation-later", "waits_for_its_import")
    monkeypatch.setattr(instrumenting, "LIBRARIES", (row,))
    instrumentor = fresh()
    machine.has_instrumented("later", instrumentor)
    assert states(instrument()) == {"later": "waiting"}
    assert not instrumentor.is_instrumented_by_opentelemetry
    assert importlib.import_module("waits_for_its_import").value == 1
    assert instrumentor.is_instrumented_by_opentelemetry
    assert states(instrument()) == {"later": "already"}


def test_a_name_that_was_taken_out_before_is_told(machine, monkeypatch):
    """The usual mistake: `from flask import Flask` above `sonde.configure()`, and nothing of it is traced."""
    library, application = sys.modules["flask"], ModuleType("shop")
    library.Flask = application.Flask = type("Flask", (), {})
    application.__dict__["other"] = library.Flask
    monkeypatch.setitem(sys.modules, "shop", application)

    class Replacing(Instrumentor):
        def instrument(self, **options):
            library.Flask = type("InstrumentedFlask", (), {})

    machine.has_instrumented("flask", Replacing)
    machine.has_instrumented("fastapi", fresh())
    found = instrument()
    assert states(found) == {"fastapi": "instrumented", "flask": "instrumented"}
    assert [finding.reason.partition(" ")[0] for finding in found.findings] == ["", "shop.Flask"]
    assert "import it after sonde.configure()" in str(found)


def test_an_instrumentation_that_fails_at_the_import_does_not_fail_the_import(machine, monkeypatch, tmp_path):
    (tmp_path / "waits_in_vain.py").write_text("value = 1")
    monkeypatch.syspath_prepend(tmp_path)
    row = Library("vain", ("vain",), "opentelemetry-instrumentation-vain", "waits_in_vain")
    monkeypatch.setattr(instrumenting, "LIBRARIES", (row,))
    machine.has_instrumented("vain", Broken)
    assert states(instrument()) == {"vain": "waiting"}
    assert importlib.import_module("waits_in_vain").value == 1


def test_one_that_fails_or_does_not_fit_stops_no_other(machine):
    machine.has_instrumented("fastapi", Broken)
    machine.has_instrumented("django", fresh(), conflict="only instruments django < 2")
    machine.has_instrumented("flask", fresh())
    found = instrument()
    assert states(found) == {"fastapi": "failed", "django": "conflict", "flask": "instrumented"}
    assert found.of("failed")[0].reason == "RuntimeError: no luck"
    assert "only instruments django < 2" in str(found)


def test_only_what_is_named_is_switched_on(machine):
    machine.has_instrumented("fastapi", fresh())
    machine.has_instrumented("click", fresh())
    assert states(instrument(["click"])) == {"fastapi": "available", "click": "instrumented"}
    assert states(instrument(False)) == {"fastapi": "available", "click": "available"}


def test_a_disabled_instrumentation_stays_off(machine, monkeypatch):
    monkeypatch.setenv("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "flask, fastapi")
    machine.has_instrumented("fastapi", fresh())
    assert states(instrument()) == {"fastapi": "disabled"}


def test_a_name_that_is_not_in_the_table_is_a_mistake():
    with pytest.raises(ConfigError, match="fastapy"):
        instrument(["fastapy"])


def test_before_the_first_call_the_report_only_looks(machine):
    machine.has_instrumented("fastapi", Broken)
    machine.has("redis")
    assert states(report()) == {"fastapi": "available", "redis": "lacking"}


def test_nothing_found_prints_as_that():
    assert "no library" in str(Report())
    assert str(Finding(Library("sqlite3", (), "x", "sqlite3"), "", "available")) == "sqlite3"


def test_looking_imports_no_library():
    before = set(sys.modules)
    report()
    assert not {"django", "flask", "sqlalchemy", "celery"} & (set(sys.modules) - before)


def test_rows_are_unique_and_installed_instrumentations_are_what_they_say():
    names = [library.name for library in LIBRARIES]
    assert len(names) == len(set(names))
    for library in LIBRARIES:
        try:
            distribution = metadata.distribution(library.instrumentation)
        except metadata.PackageNotFoundError:
            continue
        assert [point for point in distribution.entry_points if point.group == "opentelemetry_instrumentor"], library


def test_a_version_that_is_not_taken_is_told_in_few_words(monkeypatch):
    dependencies = pytest.importorskip("opentelemetry.instrumentation.dependencies")
    found = metadata.distribution("opentelemetry-instrumentation-sqlalchemy")
    monkeypatch.setattr(dependencies, "version", lambda _name: "99.0")
    reason = instrumenting._conflict(found)
    assert reason.startswith(f"opentelemetry-instrumentation-sqlalchemy {found.version} takes sqlalchemy")
    assert "extra" not in reason


def test_what_nobody_asked_for_is_not_lacking(machine):
    machine.has("click", "8.0")
    assert states(report()) == {"click": "available"}
    assert report().command == ""
