"""`sonde serve` from outside: several doors on one port, a gateway that only journals, and one server a directory."""

import http.client
import json

from benchmarks.payloads import trace_requests

from servers import free_ports, running_sonde, start_sonde, wait_until

HEADERS = {"Content-Type": "application/x-protobuf"}


def post(address: str, body: bytes) -> int:
    """The status of one request over a connection of its own, so that the kernel chooses a door anew."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("POST", "/v1/traces", body, HEADERS)
    status = connection.getresponse().status
    connection.close()
    return status


def accepted(data_dir, door: str) -> float:
    notice = json.loads((data_dir / "run" / f"{door}.json").read_text())
    families = {family["name"]: family["samples"] for family in notice["figures"]["metrics"]}
    return sum(value for labels, value in families["sonde_accepted_items_total"] if labels["signal"] == "traces")


def test_two_doors_share_the_ports_and_lose_nothing(tmp_path):
    requests = trace_requests(40, 10)
    with running_sonde(tmp_path / "data", "--doors", "2") as server:
        assert {post(server.http_url, body) for body in requests} == {200}
        wait_until(
            lambda: all(accepted(server.data_dir, door) for door in ("door-0", "door-1")),
            within_s=20,
            what="both doors",
        )
        wait_until(
            lambda: int(server.rows("SELECT count() AS n FROM otel_traces")[0]["n"]) == 400,
            within_s=30,
            what="the spans",
        )


def test_what_a_gateway_journaled_a_later_store_takes_in(tmp_path):
    ports = free_ports(3)
    with running_sonde(tmp_path / "data", "--store", "none", ports=ports) as gateway:
        assert {post(gateway.http_url, body) for body in trace_requests(5, 10)} == {200}
    with running_sonde(tmp_path / "data", ports=ports) as server:
        wait_until(
            lambda: int(server.rows("SELECT count() AS n FROM otel_traces")[0]["n"]) == 50,
            within_s=30,
            what="the spans",
        )


def test_a_second_server_on_the_directory_names_the_first(tmp_path):
    with running_sonde(tmp_path / "data", "--store", "none") as first:
        second = start_sonde(tmp_path / "data", "--store", "none")
        assert second.process.wait(30) == 73
        assert f"pid {first.process.pid}" in second.log()
        second.get.close()
