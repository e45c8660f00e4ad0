"""The examples are real: each runs as its first lines say, against a real server, and what it did is found there.

What they hold beside "it arrives": a request's spans hang together across libraries, forked workers export by themselves
under instance ids of their own and send nothing twice, a trace goes on from a caller into a Celery worker, and a script
that ends at once has lost nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from benchmarks.peers import rotel

from servers import free_ports, loopback_environment, running_sonde, wait_until

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BIN = Path(sys.executable).parent
STORED_WITHIN_S = 30


@pytest.fixture(scope="module")
def sonde(tmp_path_factory):
    with running_sonde(tmp_path_factory.mktemp("sonde") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    """A Redis server of our own; Debian's package is `redis-server`."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: the FastAPI and Celery examples were NOT tested")
    (port,) = free_ports(1)
    directory = tmp_path_factory.mktemp("redis")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: b"Ready to accept" in (directory / "log").read_bytes(), within_s=20, what="Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def environment(sonde, tmp_path, protocol="http/protobuf", **more):
    """What an operator would set: where the server is, and to be quick about it."""
    return loopback_environment(
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{sonde.grpc}" if protocol == "grpc" else sonde.http_url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_BLRP_SCHEDULE_DELAY": "200",
            "SONDE_SPOOL": str(tmp_path / "spool"),
        }
        | more
    )


@contextmanager
def application(command, directory, tmp_path, env, *, answers):
    """One process of an example, ready when `answers()` is true; ended as an operator would end it."""
    log_path = tmp_path / "application.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, cwd=directory, stdout=log, stderr=subprocess.STDOUT, env=env)

    def ready():
        assert process.poll() is None, f"{command} ended with {process.returncode}:\n{log_path.read_text()}"
        return answers(log_path)

    try:
        wait_until(ready, within_s=60, what=f"{command[0]} to be ready")
        yield process
    except BaseException as error:
        error.add_note(f"the application's log:\n{log_path.read_text()[-4000:]}")
        raise
    finally:
        process.terminate()
        process.wait(30)


def http_answers(url):
    def answers(_log_path):
        try:
            return bool(httpx.get(url, trust_env=False, timeout=2).status_code)
        except httpx.TransportError:
            return False

    return answers


def rows(sonde, count, query):
    """The query's rows, once there are `count` of them; a failure shows what there was instead."""
    try:
        wait_until(
            lambda: len(sonde.rows(query)) >= count, within_s=STORED_WITHIN_S, every_s=0.3, what=f"{count}: {query}"
        )
    except AssertionError as error:
        error.add_note(f"found: {sonde.rows(query)}")
        error.add_note(f"spans: {sonde.rows('SELECT DISTINCT ServiceName, SpanName, ScopeName FROM otel_traces')}")
        raise
    return sonde.rows(query)


def run_script(name, env, tmp_path):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_fastapi_with_sqlalchemy_and_redis_is_one_trace_a_request(sonde, redis_url, tmp_path):
    (port,) = free_ports(1)
    env = environment(sonde, tmp_path, REDIS_URL=redis_url, DATABASE_URL=f"sqlite:///{tmp_path / 'shop.db'}")
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with application(command, EXAMPLES / "fastapi_shop", tmp_path, env, answers=http_answers(f"{url}/openapi.json")):
        assert httpx.post(f"{url}/orders/tea", trust_env=False).json()["order"] == 1
        assert httpx.post(f"{url}/orders/unicorn", trust_env=False).status_code == 404
    spans = rows(
        sonde,
        3,
        "SELECT SpanName, SpanKind, TraceId, ScopeName FROM otel_traces WHERE TraceId IN (SELECT TraceId FROM otel_traces "
        "WHERE ServiceName = 'shop' AND SpanName = 'DECRBY') AND ParentSpanId != ''",
    )
    scopes = {span["ScopeName"].rpartition(".")[2] for span in spans}
    assert {"redis", "sqlalchemy"} <= scopes, spans
    assert len({span["TraceId"] for span in spans}) == 1
    logs = rows(
        sonde, 2, "SELECT Body, TraceId, LogAttributes FROM otel_logs WHERE ServiceName = 'shop' AND TraceId != ''"
    )
    assert any("nobody has ever stocked unicorn" in line["Body"] for line in logs)
    assert any(line["LogAttributes"].get("shop.order") == "1" for line in logs)


def test_django(sonde, tmp_path):
    (port,) = free_ports(1)
    command = [sys.executable, "greeter.py", "runserver", "--noreload", str(port)]
    url = f"http://127.0.0.1:{port}"
    env = environment(sonde, tmp_path, protocol="http/json")
    with application(command, EXAMPLES / "django_site", tmp_path, env, answers=http_answers(f"{url}/nothing")):
        assert httpx.get(f"{url}/hello/world", trust_env=False).json() == {"hello": "world", "letters": 5}
        assert httpx.get(f"{url}/broken", trust_env=False).status_code == 500
    spans = rows(
        sonde,
        2,
        "SELECT SpanName, StatusCode, TraceId FROM otel_traces WHERE ServiceName = 'site' AND SpanKind = 'Server' AND SpanName NOT LIKE '%nothing%'",
    )
    assert {"GET hello/<name>", "GET broken"} <= {span["SpanName"] for span in spans}
    assert "Error" in {span["StatusCode"] for span in spans}
    (line,) = rows(sonde, 1, "SELECT TraceId FROM otel_logs WHERE ServiceName = 'site' AND Body = 'greeting world'")
    assert line["TraceId"] in {span["TraceId"] for span in spans}


def test_workers_forked_by_gunicorn_export_by_themselves_and_nothing_twice(sonde, tmp_path):
    (port,) = free_ports(1)
    env = environment(sonde, tmp_path, protocol="grpc")
    command = [str(BIN / "gunicorn"), "-c", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", "app:app"]
    url, requests = f"http://127.0.0.1:{port}", 60
    ready = http_answers(f"{url}/nothing")
    with (
        application(command, EXAMPLES / "flask_gunicorn", tmp_path, env, answers=ready),
        httpx.Client(trust_env=False, headers={"connection": "close"}) as client,
    ):
        pids = {client.get(f"{url}/jobs/{number}").json()["pid"] for number in range(requests)}
    spans = rows(
        sonde,
        requests,
        "SELECT SpanId, ResourceAttributes['service.instance.id'] AS instance FROM otel_traces "
        "WHERE ServiceName = 'flask-app' AND SpanName = 'GET /jobs/<int:number>'",
    )
    assert len(spans) == len({span["SpanId"] for span in spans}) == requests
    assert len({span["instance"] for span in spans}) == len(pids) > 1
    assert (
        len(
            rows(
                sonde, requests, "SELECT Body FROM otel_logs WHERE ServiceName = 'flask-app' AND Body LIKE 'worked on%'"
            )
        )
        == requests
    )


def test_a_trace_goes_on_from_the_caller_into_a_celery_worker(sonde, redis_url, tmp_path):
    env = environment(sonde, tmp_path, BROKER_URL=redis_url.replace("/0", "/1"))
    command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "--concurrency", "2", "--loglevel", "info"]
    directory = EXAMPLES / "celery_worker"
    with application(command, directory, tmp_path, env, answers=lambda log: b" ready." in log.read_bytes()):
        done = run_script("celery_worker/tasks.py", env | {"PYTHONPATH": str(directory)}, tmp_path)
        assert done.stdout.strip() == "42"
    (root,) = rows(sonde, 1, "SELECT TraceId FROM otel_traces WHERE SpanName = 'ask for a sum'")
    trace = f"SELECT ServiceName, SpanName FROM otel_traces WHERE TraceId = '{root['TraceId']}'"
    spans = rows(sonde, 3, trace)
    assert {"caller", "worker"} == {span["ServiceName"] for span in spans}
    rows(sonde, 1, f"SELECT Body FROM otel_logs WHERE TraceId = '{root['TraceId']}' AND Body = 'adding 20 and 22'")


def test_a_script_that_ends_at_once_has_lost_nothing(sonde, tmp_path):
    run_script("scripts/crawl.py", environment(sonde, tmp_path, OTEL_BSP_SCHEDULE_DELAY="60000"), tmp_path)
    spans = rows(sonde, 11, "SELECT SpanName, ParentSpanId FROM otel_traces WHERE ServiceName = 'crawl'")
    assert len(spans) == 11
    assert sum(not span["ParentSpanId"] for span in spans) == 1
    points = rows(
        sonde,
        2,
        "SELECT sum(Value) AS total, Attributes['crawl.kind'] AS kind FROM otel_metrics_sum WHERE MetricName = 'crawl.pages' GROUP BY kind",
    )
    assert {(point["kind"], point["total"]) for point in points} == {("even", 5.0), ("odd", 5.0)}
    rows(sonde, 1, "SELECT Body FROM otel_logs WHERE ServiceName = 'crawl' AND SeverityNumber = 17 AND TraceId != ''")


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_another_otlp_server_takes_it_as_well(sonde, tmp_path, protocol):
    """Rotel, a collector that is not ours, receives the script's telemetry and forwards it to where we can count it."""
    with rotel("otlp", int(sonde.grpc.rpartition(":")[2])) as found:
        if found is None:
            pytest.skip("rotel is not installed: exporting to a foreign OTLP server was NOT tested")
        _, grpc_port, http_port = found
        service = f"crawl-{protocol[:4]}"
        endpoint = f"http://127.0.0.1:{grpc_port if protocol == 'grpc' else http_port}"
        env = environment(sonde, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_SERVICE_NAME=service)
        run_script("scripts/crawl.py", env | {"OTEL_EXPORTER_OTLP_PROTOCOL": protocol}, tmp_path)
        assert len(rows(sonde, 11, f"SELECT SpanId FROM otel_traces WHERE ServiceName = '{service}'")) == 11
        rows(
            sonde,
            2,
            f"SELECT Value FROM otel_metrics_sum WHERE ServiceName = '{service}' AND MetricName = 'crawl.pages'",
        )
        rows(sonde, 1, f"SELECT Body FROM otel_logs WHERE ServiceName = '{service}' AND TraceId != ''")


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_script_that_only_has_dicts(sonde, tmp_path, protocol):
    run_script("scripts/meter.py", environment(sonde, tmp_path, protocol=protocol), tmp_path)
    assert rows(sonde, 1, "SELECT Value FROM otel_metrics_gauge WHERE MetricName = 'meter.power'")[0]["Value"] == 230.5
    assert (
        rows(sonde, 1, "SELECT SpanName FROM otel_traces WHERE ServiceName = 'meter'")[0]["SpanName"]
        == "read the meter"
    )
    rows(sonde, 1, "SELECT Value FROM otel_metrics_sum WHERE MetricName = 'meter.readings'")
    rows(sonde, 1, "SELECT Body FROM otel_logs WHERE ServiceName = 'meter'")


def test_an_application_works_when_no_server_is_there(tmp_path):
    """The most ordinary trouble: the example runs, ends in time, and says what became of its telemetry."""
    (port,) = free_ports(1)
    env = loopback_environment(
        {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "SONDE_SPOOL": str(tmp_path / "spool")}
    )
    run_script("scripts/crawl.py", env, tmp_path)
    assert any(path.suffix == ".otlp" for path in (tmp_path / "spool").rglob("*")), sorted(os.walk(tmp_path))
