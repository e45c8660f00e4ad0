"""The standard variables are a promise to whoever deploys: each is honoured, and no value whatever raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.client.environment import read_settings
from sonde.client.settings import Settings
from sonde.core.signal import Signal

OTLP = "OTEL_EXPORTER_OTLP_"


def traces(**variables):
    return read_settings({OTLP + name: value for name, value in variables.items()}).endpoints[Signal.TRACES]


def test_nothing_set_is_the_default():
    found = read_settings({})
    assert {endpoint.authority for endpoint in found.endpoints.values()} == {"localhost:4318"}
    assert found.endpoints[Signal.LOGS].path(Signal.LOGS) == "/v1/logs"
    assert found.batches[Signal.LOGS].delay_s == 1.0
    assert (found.exit_s, found.disabled) == (Settings().exit_s, False)


@pytest.mark.parametrize(
    ("variables", "authority", "path"),
    [
        ({"ENDPOINT": "http://c:4318"}, "c:4318", "/v1/traces"),
        ({"ENDPOINT": "http://c:4318/otlp/"}, "c:4318", "/otlp/v1/traces"),
        ({"TRACES_ENDPOINT": "http://c:4318/mine"}, "c:4318", "/mine"),
        ({"TRACES_ENDPOINT": "http://t", "ENDPOINT": "http://c"}, "t:80", "/"),
        ({"ENDPOINT": "http://c:4317"}, "c:4317", Signal.TRACES.grpc_method),
        ({"PROTOCOL": "grpc"}, "localhost:4317", Signal.TRACES.grpc_method),
        ({"PROTOCOL": "http/json", "ENDPOINT": "http://c:4317"}, "c:4317", "/v1/traces"),
    ],
    ids=["base", "prefix", "signal", "signal-beats-general", "grpc-by-port", "grpc", "json"],
)
def test_addresses_follow_the_specification(variables, authority, path):
    found = traces(**variables)
    assert (found.authority, found.path(Signal.TRACES)) == (authority, path)


@pytest.mark.parametrize(
    ("variables", "scheme"),
    [
        ({}, "https"),
        ({"INSECURE": "true"}, "http"),
        ({"INSECURE": "true", "TRACES_INSECURE": "false"}, "https"),
    ],
    ids=["unset", "insecure", "signal-beats-general"],
)
def test_insecure_decides_for_grpc_addresses_without_scheme(variables, scheme):
    assert traces(ENDPOINT="c:4317", PROTOCOL="grpc", **variables).scheme == scheme


def test_options_of_a_signal_beat_the_general_ones(tmp_path):
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text("pem")
    found = traces(
        HEADERS="Authorization=Bearer%20x, a=b=c",
        COMPRESSION="gzip",
        TRACES_COMPRESSION="none",
        TIMEOUT="10000",
        TRACES_TIMEOUT="3",
        CERTIFICATE=str(tmp_path / "ca"),
        CLIENT_CERTIFICATE=str(tmp_path / "cert"),
        CLIENT_KEY=str(tmp_path / "key"),
    )
    assert found.headers == (("authorization", "Bearer x"), ("a", "b=c"))
    assert (found.compression, found.timeout_s) == ("none", 3.0)
    assert (found.tls.ca_file, found.tls.key_file) == (str(tmp_path / "ca"), str(tmp_path / "key"))


@pytest.mark.parametrize(("value", "seconds"), [("10", 10), ("499", 499), ("500", 0.5), ("10000", 10)])
def test_timeouts_are_read_by_both_rules(value, seconds):
    assert traces(TIMEOUT=value).timeout_s == seconds


def test_batches_and_the_spool_are_configured():
    found = read_settings(
        {
            "OTEL_BSP_MAX_QUEUE_SIZE": "100",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "500",
            "OTEL_BLRP_SCHEDULE_DELAY": "250",
            "SONDE_SPOOL": "/var/spool/x",
            "SONDE_SPOOL_KEEP": "1h",
            "SONDE_EXIT": "2s",
            "OTEL_SDK_DISABLED": "True",
        }
    )
    assert (found.batches[Signal.TRACES].queue_items, found.batches[Signal.TRACES].batch_items) == (100, 100)
    assert found.batches[Signal.LOGS].delay_s == 0.25
    assert (str(found.spool.directory), found.spool.keep_s) == ("/var/spool/x", 3600)
    assert (found.exit_s, found.disabled) == (2.0, True)
    assert found.on_sigterm
    assert not read_settings({"SONDE_ON_SIGTERM": "leave"}).on_sigterm
    assert read_settings({"SONDE_SPOOL": "off"}).spool.directory is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (OTLP + "ENDPOINT", "ftp://c"),
        (OTLP + "ENDPOINT", "http://user:hunter2@c"),
        (OTLP + "HEADERS", "no-equals-hunter2"),
        (OTLP + "PROTOCOL", "thrift"),
        (OTLP + "COMPRESSION", "rar"),
        (OTLP + "TIMEOUT", "-1"),
        (OTLP + "CERTIFICATE", "/nowhere"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
        ("SONDE_EXIT", "soon"),
    ],
    ids=["scheme", "user", "headers", "protocol", "compression", "timeout", "certificate", "queue", "exit"],
)
def test_a_value_that_cannot_be_used_is_reported_without_its_secrets_and_left_out(name, value):
    warnings = []
    assert read_settings({name: value}, warn=warnings.append) == read_settings({})
    assert len(warnings) == 1, "three signals read it"
    assert warnings[0].startswith(f"{name} is ignored")
    assert "hunter2" not in "".join(warnings)


NAMES = [
    OTLP + name for name in ("ENDPOINT", "TRACES_ENDPOINT", "HEADERS", "TIMEOUT", "PROTOCOL", "COMPRESSION", "INSECURE")
]


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*NAMES, "OTEL_BSP_SCHEDULE_DELAY", "SONDE_SPOOL_BYTES"]), st.text(max_size=30)))
def test_no_value_raises(variables):
    assert read_settings(variables, warn=str).endpoints[Signal.TRACES].timeout_s > 0


@pytest.mark.parametrize(
    ("protocol", "port", "doubt"),
    [
        ("grpc", 4318, "4317 is gRPC's"),
        ("http/protobuf", 4317, "use 4318"),
        ("grpc", 4317, ""),
        ("http/json", 4318, ""),
    ],
)
def test_a_protocol_on_the_other_ones_port_is_doubted_once(protocol, port, doubt):
    """A distribution sets `grpc` unasked; to a server on 4318 nothing would arrive, and nobody would know why."""
    told = []
    variables = {"OTEL_EXPORTER_OTLP_PROTOCOL": protocol, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://server:{port}"}
    read_settings(variables, warn=told.append)
    assert [doubt in message for message in told] == ([True] if doubt else [])
