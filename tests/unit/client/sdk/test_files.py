"""The files must be readable as OTLP by anyone, bounded on disk, and silent about a disk that refuses."""

import json

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from sonde.client.sdk.files import FileSpanExporter, LineFile
from sonde.core.clock import ManualClock
from sonde.core.signal import Signal
from sonde.otlp.json import to_protobuf


def test_a_line_is_one_request_in_json(tmp_path):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(tmp_path / "deep")))
    for name in ("a", "b"):
        provider.get_tracer("t").start_span(name).end()
    provider.shutdown()
    lines = (tmp_path / "deep" / "traces.jsonl").read_bytes().splitlines()
    spans = [json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"][0] for line in lines]
    assert [span["name"] for span in spans] == ["a", "b"]
    assert all(to_protobuf(Signal.TRACES, line) for line in lines)


def test_files_are_rotated_by_size_and_the_oldest_goes(tmp_path):
    file = LineFile(tmp_path / "traces.jsonl", size_bytes=10, keep=2)
    for number in range(6):
        assert file.append(b"%d-line" % number)
    file.close()
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert kept == {"traces.jsonl": b"5-line\n", "traces.1.jsonl": b"4-line\n", "traces.2.jsonl": b"3-line\n"}


def test_without_room_for_old_files_only_the_newest_stays(tmp_path):
    file = LineFile(tmp_path / "logs.jsonl", size_bytes=1, keep=0)
    assert file.append(b"a")
    assert file.append(b"b")
    file.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"logs.jsonl": b"b\n"}


def test_a_disk_that_refuses_is_reported_once_a_minute(tmp_path, caplog):
    (tmp_path / "taken").write_text("a file, no directory")
    clock = ManualClock()
    file = LineFile(tmp_path / "taken" / "traces.jsonl", clock=clock)
    for seconds in (0, 30, 31):
        clock.advance(seconds)
        assert file.append(b"x") is False
    assert len(caplog.records) == 2
