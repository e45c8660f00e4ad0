"""Deadlines, slots and TLS are shared by the receivers; certificates must follow their files without a restart."""

import asyncio
import datetime as dt
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from doors import request, running_door
from sonde.core.errors import ConfigError
from sonde.receivers.otlp_http import Config
from sonde.receivers.transport import ConnectionSlots, Deadlines, Sweeper, TLSConfig, TLSContext

FAST = Deadlines(header_s=5, body_s=5, idle_s=5, write_s=5, linger_s=0.2)


class Authority:
    """A certificate authority that lives as long as a test."""

    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.sign(self.name, self.key, is_authority=True)

    def sign(self, subject, key, *, is_authority=False):
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(minutes=5))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        )
        return builder.sign(self.key, hashes.SHA256())

    def write(self, path):
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)

    def issue(self, path, name):
        """Write a key and a certificate signed by this authority into one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)


def client(authority_file, own_file=None):
    context = ssl.create_default_context(cafile=authority_file)
    if own_file:
        context.load_cert_chain(own_file)
    return context


def common_name(wire):
    return dict(pair[0] for pair in wire.sock.getpeercert()["subject"])["commonName"]


@pytest.fixture
def authority(tmp_path):
    made = Authority("first")
    made.file = made.write(tmp_path / "ca.pem")
    return made


def test_https_serves_and_follows_its_certificate(tmp_path, authority):
    file = authority.issue(tmp_path / "server.pem", "before")
    config = Config(tls=TLSConfig(file, file), deadlines=FAST)
    with running_door(config) as door, door.connect(client(authority.file)) as early:
        early.send(request("/v1/traces"))
        assert (early.answer().status, common_name(early)) == (200, "before")
        before = door.receiver._tls._newest
        authority.issue(tmp_path / "server.pem", "after")
        door.until(lambda: door.receiver._tls._newest is not before)
        with door.connect(client(authority.file)) as late:
            late.send(request("/v1/traces"))
            assert (late.answer().status, common_name(late)) == (200, "after")
        early.send(request("/v1/traces"))
        assert early.answer().status == 200


def test_mtls_asks_for_certificates_of_its_authority_and_follows_it(tmp_path, authority):
    other = Authority("second")
    mine, theirs = authority.issue(tmp_path / "mine.pem", "m"), other.issue(tmp_path / "theirs.pem", "t")
    file = authority.issue(tmp_path / "server.pem", "server")
    clients = tmp_path / "clients.pem"
    config = Config(tls=TLSConfig(file, file, authority.write(clients)), deadlines=FAST)

    def is_welcome(own_file):
        try:
            with door.connect(client(authority.file, own_file)) as wire:
                wire.send(request("/v1/traces"))
                return wire.answer().status == 200
        except (ssl.SSLError, ConnectionError, EOFError):
            return False

    with running_door(config) as door:
        assert (is_welcome(mine), is_welcome(theirs), is_welcome(None)) == (True, False, False)
        before = door.receiver._tls._newest
        other.write(clients)
        door.until(lambda: door.receiver._tls._newest is not before)
        assert (is_welcome(mine), is_welcome(theirs), is_welcome(None)) == (False, True, False)


def test_files_that_do_not_fit_leave_the_previous_ones_in_use(tmp_path, authority, caplog):
    file = authority.issue(tmp_path / "server.pem", "good")
    context = TLSContext(TLSConfig(file, file))
    assert not context.refresh_if_changed()
    (tmp_path / "server.pem").write_text("half written")
    assert not context.refresh_if_changed()
    assert "server.pem" in context.trouble
    assert "previous ones stay" in caplog.text
    (tmp_path / "server.pem").unlink()
    assert not context.refresh_if_changed()
    authority.issue(tmp_path / "server.pem", "better")
    assert context.refresh_if_changed()
    assert not context.trouble


def test_unusable_files_stop_the_start_and_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"missing\.pem"):
        TLSContext(TLSConfig(str(tmp_path / "missing.pem"), str(tmp_path / "missing.pem")))


def test_plain_http_to_a_tls_port_is_closed(tmp_path, authority):
    file = authority.issue(tmp_path / "server.pem", "server")
    with running_door(Config(tls=TLSConfig(file, file))) as door, door.connect() as wire:
        wire.send(request("/v1/traces"))
        assert wire.is_closed()


def test_a_refusal_over_tls_arrives(tmp_path, authority):
    file = authority.issue(tmp_path / "server.pem", "server")
    config = Config(tls=TLSConfig(file, file), max_body_bytes=1000, deadlines=FAST)
    with running_door(config) as door, door.connect(client(authority.file)) as wire:
        wire.send(request("/v1/traces", bytes(500_000)))
        assert wire.answer().status == 413


def test_a_sweep_is_a_quarter_of_the_shortest_deadline_within_bounds():
    assert Deadlines().sweep_s == 0.5
    assert Deadlines(linger_s=40, header_s=40).sweep_s == 1.0
    assert Deadlines(body_s=0.4).sweep_s == pytest.approx(0.1)
    assert Deadlines(body_s=0.01).sweep_s == 0.02


def test_slots_are_given_back():
    slots = ConnectionSlots(2)
    assert [slots.take(), slots.take(), slots.take()] == [True, True, False]
    slots.give()
    assert slots.take()


def test_a_sweeper_sweeps_its_members_until_it_stops():
    swept = []

    class Member:
        def sweep(self, now):
            swept.append(now)
            sweeper.discard(self)
            done.set()

    async def run():
        sweeper.start()
        sweeper.add(Member())
        await asyncio.wait_for(done.wait(), 10)
        await asyncio.wait_for(ticked.wait(), 10)
        sweeper.stop()
        sweeper._tick()
        assert not len(sweeper)

    done, ticked = asyncio.Event(), asyncio.Event()
    sweeper = Sweeper(0.01, lambda _now: ticked.set())
    asyncio.run(run())
    assert len(swept) == 1
