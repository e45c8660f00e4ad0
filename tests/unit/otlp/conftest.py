"""Tests of the wire ask both implementations: the kernel where it was built, and its twin."""

from __future__ import annotations

import pytest

from sonde.otlp import twin, wire


def implementations():
    found = [pytest.param(twin, id="twin")]
    if wire.NATIVE:
        from sonde.otlp import kernel

        found.append(pytest.param(kernel, id="kernel"))
    return found


@pytest.fixture(params=implementations())
def impl(request):
    return request.param
