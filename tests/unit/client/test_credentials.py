"""Credentials must be sent as their standards say, renewed in time and once, and never be shown."""

import logging
import threading

import pytest

from sonde.client.credentials import ApiKey, Basic, Bearer, Refreshing, Token, TokenFile
from sonde.core.clock import ManualClock
from sonde.core.errors import AuthenticationError, ConfigError

SECRET = "s3cr3t-t0k3n"


def bearer(token):
    return [("authorization", f"Bearer {token}")]


class Issuer:
    """Hands out numbered tokens, or fails when told."""

    def __init__(self, lifetime_s=100.0):
        self.count, self.fails, self.lifetime_s = 0, False, lifetime_s

    def __call__(self):
        self.count += 1
        if self.fails:
            raise RuntimeError(f"issuer is down, was asked with {SECRET}")
        return Token(f"{SECRET}-{self.count}", self.lifetime_s)


def test_fixed_credentials_are_the_headers_of_their_standards():
    assert list(Bearer(SECRET).headers()) == bearer(SECRET)
    assert list(Basic("Aladdin", "open sesame").headers()) == [("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    assert list(ApiKey("X-API-Key", SECRET).headers()) == [("x-api-key", SECRET)]
    assert not Bearer(SECRET).refused()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bearer(f"{SECRET}\r\nx: y"),
        lambda: Bearer(""),
        lambda: Bearer(f"{SECRET}é"),
        lambda: Bearer(None),
        lambda: ApiKey("x key", SECRET),
        lambda: ApiKey("x-key", f"{SECRET}\n"),
        lambda: Basic("a:b", SECRET),
    ],
    ids=["line break", "empty", "not ascii", "none", "name", "value", "colon"],
)
def test_what_cannot_be_in_a_header_is_refused_without_showing_it(make):
    with pytest.raises(ConfigError) as raised:
        make()
    assert SECRET not in str(raised.value)


def test_no_repr_shows_a_secret(tmp_path):
    path = tmp_path / "token"
    path.write_text(SECRET)
    refreshing, file = Refreshing(lambda: SECRET), TokenFile(path)
    refreshing.headers()
    file.headers()
    shown = repr([Bearer(SECRET), Basic("user", SECRET), ApiKey("x-key", SECRET), Token(SECRET), refreshing, file])
    assert SECRET not in shown


def test_a_token_is_fetched_once_and_again_before_it_expires():
    clock, issuer = ManualClock(), Issuer(lifetime_s=100.0)
    credentials = Refreshing(issuer, margin_s=30.0, clock=clock)
    assert issuer.count == 0
    for _ in range(3):
        assert credentials.headers() == bearer(f"{SECRET}-1")
    clock.advance(69.0)
    assert credentials.headers() == bearer(f"{SECRET}-1")
    clock.advance(1.0)
    assert credentials.headers() == bearer(f"{SECRET}-2")
    assert issuer.count == 2


def test_a_margin_longer_than_the_lifetime_does_not_fetch_at_every_request():
    clock, issuer = ManualClock(), Issuer(lifetime_s=20.0)
    credentials = Refreshing(issuer, margin_s=60.0, clock=clock)
    credentials.headers()
    clock.advance(9.0)
    credentials.headers()
    assert issuer.count == 1


def test_a_token_of_unknown_lifetime_holds_until_it_is_refused():
    clock = ManualClock()
    tokens = iter(["first", "second"])
    credentials = Refreshing(lambda: next(tokens), clock=clock)
    assert credentials.headers() == bearer("first")
    clock.advance(1e6)
    assert credentials.headers() == bearer("first")
    assert credentials.refused()
    assert credentials.headers() == bearer("second")


def test_a_lifetime_may_be_said_for_tokens_that_do_not_say_it():
    clock, count = ManualClock(), iter(range(10))
    credentials = Refreshing(lambda: f"t{next(count)}", lifetime_s=100.0, margin_s=10.0, clock=clock)
    credentials.headers()
    clock.advance(95.0)
    assert credentials.headers() == bearer("t1")


def test_while_fetching_fails_the_old_token_is_used_until_it_expires(caplog):
    clock, issuer = ManualClock(), Issuer(lifetime_s=100.0)
    credentials = Refreshing(issuer, margin_s=30.0, clock=clock)
    credentials.headers()
    issuer.fails = True
    clock.advance(80.0)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert credentials.headers() == bearer(f"{SECRET}-1")
    assert issuer.count == 2, "a dead issuer is not asked at every request"
    clock.advance(20.0)
    with pytest.raises(AuthenticationError) as raised:
        credentials.headers()
    assert SECRET not in str(raised.value) + caplog.text
    assert "RuntimeError" in caplog.text
    issuer.fails = False
    clock.advance(5.0)
    assert credentials.headers() == bearer(f"{SECRET}-4")


def test_a_refused_token_is_replaced_once_for_all_who_met_it():
    clock, issuer = ManualClock(), Issuer()
    credentials = Refreshing(issuer, clock=clock)
    credentials.headers()
    clock.advance(10.0)
    assert credentials.refused()
    assert credentials.refused(), "another request met the old one: the new one is worth a try"
    assert issuer.count == 2
    clock.advance(4.0)
    assert credentials.refused()
    assert issuer.count == 2
    clock.advance(1.0)
    issuer.fails = True
    assert not credentials.refused(), "there is no other token to try"


def test_one_thread_fetches_while_others_go_on_with_the_token_at_hand():
    clock, entered, leave, count = ManualClock(), threading.Event(), threading.Event(), []

    def fetch():
        count.append(1)
        if len(count) > 1:
            entered.set()
            leave.wait(10)
        return Token(f"t{len(count)}", 100.0)

    credentials = Refreshing(fetch, margin_s=30.0, clock=clock)
    credentials.headers()
    clock.advance(80.0)
    thread = threading.Thread(target=credentials.headers)
    thread.start()
    assert entered.wait(10)
    assert credentials.headers() == bearer("t1")
    leave.set()
    thread.join()
    assert credentials.headers() == bearer("t2")
    assert len(count) == 2


def test_threads_without_any_token_wait_for_one_fetch():
    count, gate = [], threading.Barrier(4)

    def fetch():
        count.append(1)
        return "t"

    credentials, got = Refreshing(fetch), []

    def ask():
        gate.wait(10)
        got.append(credentials.headers())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [bearer("t")] * 4
    assert len(count) == 1


def test_a_token_file_is_read_again_when_it_changes(tmp_path):
    path = tmp_path / "token"
    credentials = TokenFile(path)
    with pytest.raises(AuthenticationError, match="token file"):
        credentials.headers()
    path.write_text("one\n")
    assert credentials.headers() == bearer("one")
    assert not credentials.refused(), "the file holds nothing else"
    replacement = tmp_path / "new"
    replacement.write_text("other")
    replacement.replace(path)
    assert credentials.refused()
    assert credentials.headers() == bearer("other")
    path.unlink()
    assert credentials.headers() == bearer("other")
    path.write_text("")
    assert credentials.headers() == bearer("other")
