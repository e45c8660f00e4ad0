"""A store for each module's tests."""

import pytest

from sonde.query import Query
from stored import Desk, opened


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("store")) as store:
        yield store


@pytest.fixture(scope="module")
def desk(store):
    return Desk(store, "default")


@pytest.fixture(scope="module")
def query(desk):
    return Query(desk.store, desk.tenant)
