"""A store for each module's tests, and an application on it."""

from types import SimpleNamespace

import httpx
import pytest

from sonde.core.errors import AuthorizationError
from sonde.web.app import create_app
from stored import Desk, opened


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("web")) as store:
        yield store


@pytest.fixture(scope="module")
def desk(store):
    return Desk(store, "default")


@pytest.fixture
def parts():
    """What the server's parts say of themselves; tests change it."""
    return {"store": {"ready": True, "trouble": "", "ingest": {"lag_s": 0.2}}, "door-0": {"ready": True, "trouble": ""}}


@pytest.fixture
def app(store, parts):
    def tenant(name):
        if name == "nobody":
            raise AuthorizationError("tenant 'nobody' is not allowed here")
        return name or "default"

    return create_app(store, status=lambda: parts, resolve_tenant=tenant)


@pytest.fixture
def ask(app):
    """Ask the application as an HTTP client would, without a socket."""
    import asyncio

    async def request(method, path, **more):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **more)

    def get(path, *, method="GET", status=200, **more):
        response = asyncio.run(request(method, path, **more))
        assert response.status_code == status, response.text
        return SimpleNamespace(
            json=response.json()
            if "json" in response.headers["content-type"] and "nd" not in response.headers["content-type"]
            else None,
            text=response.text,
            headers=response.headers,
        )

    return get
