"""A store for this package's tests, and a tenant for each module."""

import pytest

from sonde.query import Query
from stored import Desk, opened


@pytest.fixture(scope="package")
def store(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("query")) as store:
        yield store


@pytest.fixture(scope="module")
def desk(store, request):
    return Desk(store, request.module.__name__.rpartition(".")[2].removeprefix("test_"))


@pytest.fixture(scope="module")
def query(desk):
    return Query(desk.store, desk.tenant)
