"""The first lines that a server says are copied into senders' configurations: an address in them must work as it stands."""

from dataclasses import replace

from sonde.receivers.transport import TLSConfig
from sonde.runtime.keeping import StoreSettings
from sonde.runtime.main import _banner
from sonde.runtime.settings import Receivers, Settings

AT = {"grpc": "127.0.0.1:4317", "http": "127.0.0.1:4318", "web": "127.0.0.1:4321"}


def test_plain_doors():
    lines = _banner(Settings(), AT).splitlines()
    assert lines[1:4] == ["  OTLP/gRPC  127.0.0.1:4317", "  OTLP/HTTP  http://127.0.0.1:4318", "  pages, API http://127.0.0.1:4321"]  # fmt: skip


def test_doors_with_tls_say_so():
    tls = TLSConfig("cert.pem", "key.pem")
    plain = Receivers()
    secure = replace(plain, otlp_grpc=replace(plain.otlp_grpc, tls=tls), otlp_http=replace(plain.otlp_http, tls=tls))
    lines = _banner(Settings(receivers=secure), AT).splitlines()
    assert lines[1:3] == ["  OTLP/gRPC  127.0.0.1:4317 (TLS)", "  OTLP/HTTP  https://127.0.0.1:4318"]


def test_without_a_store_there_is_nowhere_to_ask():
    said = _banner(Settings(store=StoreSettings(url="none")), AT)
    assert "no store" in said
    assert "4321" not in said
