"""A small HTTP door in front of the embedded engine, which speaks as much of ClickHouse's HTTP interface as the client uses.

    python -m tests.e2e.engine_door DIRECTORY      prints its port, serves until its input ends

It stands in for a server where none is installed: what it tests is the client's HTTP path and that Sonde's statements, settings
and formats travel by it, not ClickHouse's own server. A statement comes as the body, or in `query` with data as the body;
settings and `param_...` come in the query string; errors go out as ClickHouse words them.
"""

from __future__ import annotations

import gzip
import os
import re
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame

from sonde.otlp.compression import decompress

NOT_SETTINGS = {
    "query",
    "database",
    "query_id",
    "session_id",
    "default_format",
    "compress",
    "decompress",
    "client_protocol_version",
}
NOT_SETTINGS |= {
    "role",
    "wait_end_of_query",
    "send_progress_in_http_headers",
    "buffer_size",
    "session_timeout",
    "session_check",
}
NOT_SETTINGS |= {"http_headers_progress_interval_ms", "enable_http_compression", "user", "password", "quota_key"}


class Door(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    connection_to_engine = None
    lock = threading.Lock()

    def log_message(self, *args):
        pass

    def do_GET(self):
        if urlsplit(self.path).path == "/ping":
            self._answer(200, b"Ok.\n")
        else:
            self._ask(b"")

    def do_POST(self):
        self._ask(self._body())

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        encoding = self.headers.get("Content-Encoding", "")
        if encoding == "gzip":
            return gzip.decompress(body)
        if encoding == "zstd":
            return decompress("zstd", body, 1 << 30)
        if encoding == "lz4":
            return lz4.frame.decompress(body)
        return body

    def _ask(self, body: bytes) -> None:
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        sql, data = (given["query"], body) if "query" in given else (body.decode(errors="surrogateescape"), b"")
        if "query" not in given and (
            match := re.match(rb"\s*INSERT INTO .*? FORMAT \w+\s*?\n", body, re.DOTALL | re.IGNORECASE)
        ):
            sql, data = match[0].decode(), body[match.end() :]
        settings = {
            name: value for name, value in given.items() if name not in NOT_SETTINGS and not name.startswith("param_")
        }
        parameters = {name[6:]: value for name, value in given.items() if name.startswith("param_")}
        try:
            with self.lock:
                answer = self._run(sql, data, settings, parameters, given)
        except Exception as error:  # the client is to see whatever went wrong
            text = re.sub(r"^.*?(?=Code: )", "", str(error), flags=re.DOTALL)
            code = re.search(r"Code: (\d+)", text)
            self._answer(500, text.encode(), code=code[1] if code else "1002")
        else:
            self._answer(200, answer, fmt=_format_of(sql, given))

    def _run(self, sql, data, settings, parameters, given) -> bytes:
        engine = self.connection_to_engine
        if database := given.get("database"):
            engine.query(f"USE `{database}`")
        for name, value in settings.items():
            engine.query(f"SET {name} = '{_quoted(value)}'")
        try:
            if data:
                with tempfile.NamedTemporaryFile() as file:
                    file.write(data)
                    file.flush()
                    place = re.sub(r"\s+FORMAT (\w+)\s*$", rf" FROM INFILE '{file.name}' FORMAT \1", sql.strip())
                    return bytes(engine.query(place, "TabSeparated").bytes() or b"")
            result = engine.query(sql, _format_of(sql, given), params=parameters)
            return bytes(result.bytes() or b"")
        finally:
            for name in settings:
                engine.query(f"SET {name} = DEFAULT")

    def _answer(self, status: int, body: bytes, *, code: str = "", fmt: str = "TabSeparated") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-ClickHouse-Format", fmt)
        self.send_header("X-ClickHouse-Timezone", "UTC")
        if code:
            self.send_header("X-ClickHouse-Exception-Code", code)
        self.end_headers()
        self.wfile.write(body)


def _format_of(sql: str, given: dict[str, str]) -> str:
    found = re.search(r"\bFORMAT\s+(\w+)\s*;?\s*$", sql, re.IGNORECASE)
    return found[1] if found else given.get("default_format", "TabSeparated")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def main() -> None:
    directory = Path(sys.argv[1]).resolve()
    os.chdir(directory)  # the engine caches protobuf schemas in the working directory
    Door.connection_to_engine = chdb.connect(str(directory / "engine"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
