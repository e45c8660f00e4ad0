"""The table of conditions is data; these tests hold it whole, unambiguous, and true to the registries it is made from."""

from __future__ import annotations

import errno
import http
import re
import signal
import socket
import ssl
from importlib import import_module

import grpc
import pytest
from h2.errors import ErrorCodes

from sonde.client.engine import ledger
from sonde.core import errors
from sonde.core.conditions import candidates, families, lookup, near, search, table
from sonde.core.conditions.rows import DEFAULT_ADVICE, FILES, SIGNAL_NUMBERS, about
from sonde.core.errors import Category, Severity, SondeError

RETRYABLE_HTTP = {429, 502, 503, 504}  # OTLP/HTTP "Retryable Response Codes"
RETRYABLE_GRPC = {1, 4, 8, 10, 11, 14, 15}  # OTLP/gRPC "Failures"
ALERT = "ALERT_DESCRIPTION_"


def written(family):
    return {row.name for row in table().values() if row.family == family}


def test_more_than_four_hundred_conditions_each_complete():
    assert len(table()) > 900
    for code, row in table().items():
        assert row.code == code
        assert code == row.family or code.startswith(f"{row.family}.")
        assert row.title
        assert row.title[-1] != "."
        assert row.advice.endswith((".", ")", "…")), f"{code}: advice is made of sentences"
        assert 10 < len(row.advice) < 400, code


def test_no_row_is_hidden_by_another_of_the_same_code():
    lines = [
        f"{family}.{line.split('|')[0].split('=')[0].strip()}"
        for file in FILES
        for family, (_, text) in import_module(f"sonde.core.conditions.{file}").FAMILIES.items()
        for line in filter(None, text.splitlines())
    ]
    assert len(lines) == len(set(lines))


def test_codes_differ_in_more_than_case():
    assert len({code.casefold() for code in table()}) == len(table())


def test_every_reason_for_which_the_engine_drops_items_is_in_the_table():
    reasons = re.findall(r"^\| `(\w+)` \|", ledger.__doc__, re.MULTILINE)
    assert len(reasons) > 5
    assert set(reasons) <= written("drop")


def test_every_category_has_conditions_and_advice():
    assert set(DEFAULT_ADVICE) == set(Category)
    assert {row.category for row in table().values()} == set(Category)


def test_good_news_and_only_good_news_is_without_trouble():
    for row in table().values():
        if row.category is Category.OK:
            assert row.severity is Severity.INFO, row.code
            assert not row.retryable, row.code


def test_every_family_is_described():
    assert {row.family for row in table().values()} == set(about())
    assert sum(len(family.conditions) for family in families()) == len(table())


REGISTRIES = {
    "errno": sorted(errno.errorcode.values()),
    "http": sorted(str(int(status)) for status in http.HTTPStatus),
    "signal": sorted(member.name for member in signal.Signals),
    "gai": sorted(name for name in dir(socket) if name.startswith("EAI_")),
    "grpc": sorted(code.name for code in grpc.StatusCode),
    "tls.alert": sorted(alert.name.removeprefix(ALERT) for alert in ssl.AlertDescription),
    "http2": sorted(code.name for code in ErrorCodes),
    "sonde": sorted(name for name in errors.__all__ if issubclass(getattr(errors, name), SondeError)),
}


@pytest.mark.parametrize("family", sorted(REGISTRIES))
def test_everything_that_a_registry_has_is_in_the_table(family):
    assert set(REGISTRIES[family]) <= written(family)


def test_every_name_of_an_errno_is_in_the_table_that_two_share_one_number_too():
    assert {name for name in dir(errno) if name[0] == "E"} <= written("errno")


IANA_HTTP = {
    *range(100, 105),
    *range(200, 209),
    226,
    *range(300, 309),
    *range(400, 419),
    *range(421, 427),
    428,
    429,
    431,
    451,
}
IANA_HTTP |= {*range(500, 509), 510, 511}


def test_every_status_that_iana_registered_is_in_the_table():
    assert {row.number for row in table().values() if row.family == "http"} >= IANA_HTTP


def test_every_verification_code_of_openssl_3_is_in_the_table():
    assert {row.number for row in table().values() if row.family == "tls.verify"} == set(range(96))


def test_what_may_be_sent_again_is_exactly_what_otlp_says():
    again = {
        family: {row.number for row in table().values() if row.family == family and row.retryable}
        for family in ("http", "grpc")
    }
    assert again == {"http": RETRYABLE_HTTP, "grpc": RETRYABLE_GRPC}


def test_numbers_are_those_of_the_registries():
    for status in http.HTTPStatus:
        assert table()[f"http.{int(status)}"].number == int(status)
    for code in grpc.StatusCode:
        assert table()[f"grpc.{code.name}"].number == code.value[0]
    for code in ErrorCodes:
        assert table()[f"http2.{code.name}"].number == int(code)
    for alert in ssl.AlertDescription:
        name = alert.name.removeprefix(ALERT)
        assert table()[f"tls.alert.{name}"].number == int(alert)


@pytest.mark.skipif(signal.SIGUSR1 != 10, reason="signals have Linux's numbers on Linux for x86 and ARM only")
def test_exit_codes_of_killed_processes_follow_from_linux_signals():
    assert {member.name: int(member) for member in signal.Signals if member < 32} == dict(SIGNAL_NUMBERS)
    killed = table()["exit.137"]
    assert "SIGKILL" in killed.title
    assert killed.advice == table()["signal.SIGKILL"].advice
    assert "OOM killer" in killed.advice


def test_sondes_own_errors_have_the_traits_of_their_classes():
    for name in REGISTRIES["sonde"]:
        traits, row = getattr(errors, name).traits, table()[f"sonde.{name}"]
        assert (row.category, row.severity, row.retryable, row.advice) == (
            traits.category, traits.severity, traits.retryable, traits.advice,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("errno.ECONNREFUSED", "4318"), ("errno.EACCES", "namei"), ("errno.ENOSPC", "df -i"), ("errno.EMFILE", "ulimit -n"),
        ("tls.CERTIFICATE_VERIFY_FAILED", "SSL_CERT_FILE"), ("tls.verify.CERT_HAS_EXPIRED", "clock"),
        ("tls.verify.HOSTNAME_MISMATCH", "subjectAltName"), ("tls.verify.DEPTH_ZERO_SELF_SIGNED_CERT", "CA file"),
        ("tls.WRONG_VERSION_NUMBER", "http://"), ("http.401", "authorization"), ("http.403", "tenant"), ("http.404", "/v1/traces"),
        ("http.405", "POST"), ("http.413", "client_max_body_size"), ("http.415", "application/x-protobuf"),
        ("http.429", "Retry-After"), ("http.503", "Retry-After"), ("grpc.UNIMPLEMENTED", "4317"),
        ("grpc.RESOURCE_EXHAUSTED", "RetryInfo"), ("gai.EAI_NONAME", "getent hosts"), ("drop.queue_full", "sonde.stats()"),
        ("exit.127", "PATH"), ("python.ModuleNotFoundError", "pip install"),
    ],
)  # fmt: skip
def test_what_people_meet_has_advice_of_its_own(code, word):
    assert word in table()[code].advice
    assert table()[code].advice != DEFAULT_ADVICE[table()[code].category]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("http.503", "http.503"), ("HTTP.503", "http.503"), ("503", "http.503"), (" HTTP 503 ", "http.503"), ("status 503", "http.503"),
        ("ECONNREFUSED", "errno.ECONNREFUSED"), ("econnrefused", "errno.ECONNREFUSED"), ("WSAECONNREFUSED", "errno.ECONNREFUSED"),
        (f"errno {errno.ECONNREFUSED}", "errno.ECONNREFUSED"), ("SIGKILL", "signal.SIGKILL"), ("signal 9", "signal.SIGKILL"),
        ("Signals.SIGKILL", "signal.SIGKILL"), ("137", "exit.137"), ("exit code 137", "exit.137"), ("exit status 1", "exit.1"),
        ("UNAVAILABLE", "grpc.UNAVAILABLE"), ("StatusCode.UNAVAILABLE", "grpc.UNAVAILABLE"), ("grpc 14", "grpc.UNAVAILABLE"),
        ("X509_V_ERR_CERT_HAS_EXPIRED", "tls.verify.CERT_HAS_EXPIRED"), ("tls.verify.10", "tls.verify.CERT_HAS_EXPIRED"),
        ("tls.TLSV1_ALERT_UNKNOWN_CA", "tls.alert.UNKNOWN_CA"), ("tls.SSLV3_ALERT_HANDSHAKE_FAILURE", "tls.alert.HANDSHAKE_FAILURE"),
        ("tls.TLSV13_ALERT_CERTIFICATE_REQUIRED", "tls.alert.CERTIFICATE_REQUIRED"), ("gai -2", "gai.EAI_NONAME"),
        ("NXDOMAIN", "dns.NXDOMAIN"), ("ValueError", "python.ValueError"), ("http.599", "http.599"), ("exit.99", "exit.99"),
        ("tls.SOMETHING_NEW", "tls.SOMETHING_NEW"), ("errno.99999", "errno.99999"), ("ok", "ok"),
    ],
)  # fmt: skip
def test_people_may_write_a_code_in_their_own_way(written, code):
    if code == "gai.EAI_NONAME" and socket.EAI_NONAME != -2:
        pytest.skip("resolver codes have other numbers here")
    found = lookup(written)
    assert found is not None
    assert found.code == code
    assert found.advice


def test_what_could_be_several_things_is_none_of_them_but_all_are_told():
    assert lookup("14") is None
    assert [row.code for row in candidates("14")][:3] == ["grpc.UNAVAILABLE", "errno.EFAULT", "signal.SIGALRM"]
    assert {"python.json.JSONDecodeError", "requests.JSONDecodeError"} == {
        row.code for row in candidates("JSONDecodeError")
    }


@pytest.mark.parametrize(
    "text",
    ["", " ", "zzz", "http.700", "http.99", "-", "99999999999999999999", "errno.", "tls.", "http.five", "🦆", "\x00"],
)
def test_what_nobody_knows_is_nothing(text):
    assert lookup(text) is None
    assert candidates(text) == ()


def test_an_unregistered_status_is_read_as_the_first_of_its_class():
    odd = lookup("http.599")
    assert (odd.number, odd.category, odd.advice) == (599, table()["http.500"].category, table()["http.500"].advice)
    assert "http.599" not in table()


def test_a_misspelt_code_finds_its_neighbour():
    assert near("ECONREFUSED")[0].code == "errno.ECONNREFUSED"
    assert near("CertHasExpired")[0].code == "tls.verify.CERT_HAS_EXPIRED"
    assert near("qqqqqqqqq") == ()


def test_a_search_wants_every_word_and_looks_past_shared_advice():
    assert {row.code for row in search("oom killer")} >= {"signal.SIGKILL", "exit.137"}
    assert all("tls" in row.code for row in search("clock certificate"))
    assert table()["errno.EAUTH"] not in search("credential")


def test_a_condition_is_a_value():
    with pytest.raises(AttributeError):
        table()["ok"].code = "bad"
    with pytest.raises(TypeError):
        table()["ok"] = None
