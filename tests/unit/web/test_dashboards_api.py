"""Dashboards over HTTP: what is read can be written; pages of other sites cannot write."""

import pytest

from sonde.web.app import create_app


@pytest.fixture
def app(tmp_path):
    return create_app(None, dashboards=tmp_path / "dashboards", resolve_tenant=lambda name: name or "default")


BOARD = {
    "title": "Checkout",
    "variables": [{"name": "service", "kind": "service"}],
    "panels": [
        {
            "id": "a",
            "x": 0,
            "y": 0,
            "w": 6,
            "h": 6,
            "kind": "timeseries",
            "query": {"kind": "traces", "measure": "p95"},
        },
        {"id": "b", "x": 6, "y": 0, "w": 6, "h": 6, "kind": "table", "query": {"kind": "sql", "query": "SELECT 1"}},
    ],
}


def test_a_dashboards_life(ask):
    assert ask("/sonde/dashboards").json == {"dashboards": []}
    made = ask("/sonde/dashboards", method="POST", json=BOARD, status=201).json
    assert (made["id"], made["panels"][0]["query"]["measure"]) == ("checkout", "p95")
    read = ask("/sonde/dashboards/checkout").json
    assert read == made
    saved = ask("/sonde/dashboards/checkout", method="PUT", json={**read, "title": "Till"}).json
    assert saved["title"] == "Till"
    stale = ask("/sonde/dashboards/checkout", method="PUT", json=read, status=409).json["error"]
    assert "the saved one is revision 2" in stale["message"]
    assert stale["advice"]
    (line,) = ask("/sonde/dashboards").json["dashboards"]
    assert line == {"id": "checkout", "title": "Till", "description": "", "revision": saved["revision"], "panels": 2, "error": ""}  # fmt: skip
    copy = ask("/sonde/dashboards", method="POST", json=saved, status=201).json
    assert copy["id"] == "checkout-2"
    export = ask("/sonde/dashboards/checkout?download=true")
    assert export.headers["content-disposition"] == 'attachment; filename="checkout.json"'
    assert export.json == saved


def test_deleting(app):
    import asyncio

    import httpx

    async def run():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            await client.post("/sonde/dashboards", json=BOARD)
            stale = await client.delete("/sonde/dashboards/checkout", params={"revision": "9-x"})
            foreign = await client.delete("/sonde/dashboards/checkout", headers={"Origin": "https://evil.example"})
            gone = await client.delete("/sonde/dashboards/checkout")
            again = await client.delete("/sonde/dashboards/checkout")
            return stale, foreign, gone, again

    assert [one.status_code for one in asyncio.run(run())] == [409, 403, 204, 404]


def test_tenants_have_their_own(ask):
    ask("/sonde/dashboards", method="POST", json=BOARD, status=201, headers={"X-Scope-OrgID": "other"})
    assert ask("/sonde/dashboards").json == {"dashboards": []}
    assert len(ask("/sonde/dashboards", headers={"X-Scope-OrgID": "other"}).json["dashboards"]) == 1


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON, 201),
        ({"Content-Type": "application/json; charset=utf-8"}, 201),
        ({**JSON, "Sec-Fetch-Site": "same-origin"}, 201),
        ({**JSON, "Sec-Fetch-Site": "none"}, 201),
        ({**JSON, "Origin": "http://127.0.0.1"}, 201),
        (
            {**JSON, "Sec-Fetch-Site": "same-origin", "Origin": "https://sonde.example"},
            201,
        ),  # a proxy that changed Host
        ({**JSON, "Sec-Fetch-Site": "same-site"}, 403),
        ({**JSON, "Sec-Fetch-Site": "cross-site"}, 403),
        ({**JSON, "Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"}, 403),
        ({**JSON, "Origin": "https://evil.example"}, 403),
        ({**JSON, "Origin": "http://127.0.0.1:3000"}, 403),
        ({**JSON, "Origin": "null"}, 403),
        ({**JSON, "Origin": ""}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=application/json"}, 415),
        ({}, 415),
    ],
)
def test_pages_of_other_sites_change_nothing(ask, headers, status):
    import json

    error = ask("/sonde/dashboards", method="POST", content=json.dumps(BOARD), headers=headers, status=status)
    assert len(ask("/sonde/dashboards").json["dashboards"]) == (status == 201)
    if status != 201:
        assert error.json["error"]["message"]


def test_no_leave_is_given_to_other_origins(ask):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    answer = ask("/sonde/dashboards/x", method="OPTIONS", headers=asked, status=405)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_what_is_no_dashboard_is_refused(ask):
    for body, says in ((b"{", "JSON"), (b'{"title": "x", "panels": [{"id": "a"}]}', "panels.0.x: Field required")):
        error = ask("/sonde/dashboards", method="POST", content=body, headers=JSON, status=400).json["error"]
        assert says in error["message"]
    ask("/sonde/dashboards", method="POST", content=b" " * ((1 << 20) + 1), headers=JSON, status=413)
    for name, status in (("..%2Fx", 404), ("%2e%2e", 400), ("A", 400), ("x%00", 400)):
        ask(f"/sonde/dashboards/{name}", status=status)


def test_without_a_directory_it_says_so():
    import asyncio

    import httpx

    async def run():
        transport = httpx.ASGITransport(create_app(None))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/sonde/dashboards")

    answer = asyncio.run(run())
    assert answer.status_code == 503
    assert "keeps no dashboards" in answer.json()["error"]["message"]
