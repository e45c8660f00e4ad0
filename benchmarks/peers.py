"""The peers that stand beside Sonde: Rotel (from PyPI), the Go collector where one is installed, and a discarding sink.

Rotel 0.0.1a15 gzips its gRPC output whatever `--otlp-exporter-compression` says; its HTTP output and its blackhole show
the cost without. The Go collector is used when `otelcol` or `otelcol-contrib` is on the PATH.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path

import grpc

from benchmarks.processes import free_port, running

__all__ = ["collector", "rotel", "sink"]


def rotel_agent() -> str | None:
    found = importlib.util.find_spec("rotel")
    return str(Path(found.origin).parent / "rotel-agent") if found and found.origin else None


@contextmanager
def rotel(exporter: str, sink_port: int = 0):
    """Rotel receiving OTLP; `exporter` is `blackhole`, or `otlp` into the sink over gRPC. Yields (pid, grpc port, http port)."""
    agent = rotel_agent()
    if agent is None:
        yield None
        return
    grpc_port, http_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as directory:
        command = [
            agent, "start", "--exporter", exporter,
            "--otlp-grpc-endpoint", f"127.0.0.1:{grpc_port}", "--otlp-http-endpoint", f"127.0.0.1:{http_port}",
            "--otlp-grpc-max-recv-msg-size-mib", "64", "--pid-file", f"{directory}/pid", "--log-file", f"{directory}/log",
        ]  # fmt: skip
        if exporter == "otlp":
            command += ["--otlp-exporter-endpoint", f"http://127.0.0.1:{sink_port}", "--otlp-exporter-protocol", "grpc"]
        with running(command, grpc_port) as pid:
            yield pid, grpc_port, http_port


@contextmanager
def collector(exporter: str, sink_port: int = 0, *, compression: str = "none"):
    """The Go collector receiving OTLP/gRPC; `exporter` is `nop` or `otlp`. Yields (pid, grpc port), or None without one."""
    binary = shutil.which("otelcol") or shutil.which("otelcol-contrib")
    if binary is None:
        yield None
        return
    port = free_port()
    target = (
        "nop: {}"
        if exporter == "nop"
        else f"otlp: {{endpoint: 127.0.0.1:{sink_port}, tls: {{insecure: true}}, compression: {compression}}}"
    )
    config = f"""
receivers: {{otlp: {{protocols: {{grpc: {{endpoint: 127.0.0.1:{port}, max_recv_msg_size_mib: 64}}}}}}}}
exporters: {{{target}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{traces: {{receivers: [otlp], exporters: [{target.split(":", maxsplit=1)[0]}]}}}}
"""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(config)
        file.flush()
        with running([binary, "--config", file.name], port) as pid:
            yield pid, port


@contextmanager
def sink():
    """A gRPC server that discards every request, in a process of its own. Yields its port."""
    port = free_port()
    with running([sys.executable, "-m", "benchmarks.peers", str(port)], port):
        yield port


class _Discard(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(lambda request, context: b"")


def serve_sink(port: int) -> None:
    server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers((_Discard(),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve_sink(int(sys.argv[1]))
