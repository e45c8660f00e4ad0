"""After a prefork server's fork, workers must not pass for one process, and a process that did not fork is left alone."""

import os
from types import SimpleNamespace

import pytest

from sonde.client.engine import identity


@pytest.fixture
def forked(monkeypatch):
    monkeypatch.setattr(identity, "_ORIGIN", os.getpid() + 1)
    monkeypatch.setattr(identity, "_child", None)


def resource(**attributes):
    named = {name.replace("_", "."): value for name, value in attributes.items()}
    return SimpleNamespace(attributes=named, schema_url="schema")


def test_nothing_is_replaced_in_a_process_that_did_not_fork(monkeypatch):
    monkeypatch.setattr(identity, "_ORIGIN", os.getpid())
    assert identity.resource_of() is None


def test_a_child_has_its_own_ids_and_keeps_the_rest(forked):
    made = resource(service_name="shop", service_instance_id="parents", process_pid=1)
    own = identity.resource_of()(made)
    assert own.attributes["service.name"] == "shop"
    assert own.attributes["process.pid"] == os.getpid()
    assert own.attributes["service.instance.id"] != "parents"
    assert own.schema_url == "schema"
    assert made.attributes["process.pid"] == 1
    again = identity.resource_of()(made)
    assert again.attributes == own.attributes, "a process is one instance"


def test_what_was_made_in_the_child_or_names_no_process_stays(forked):
    for made in (resource(service_instance_id="own", process_pid=os.getpid()), resource(service_name="shop")):
        assert identity.resource_of()(made) is made
