"""A wrong or taken address is the first mistake a newcomer makes: the message must name the flag."""

import pytest

from sonde.core.errors import ConfigError, InUseError
from sonde.runtime.listen import address_of, bind, parse_address


@pytest.mark.parametrize(
    ("text", "pair"), [("127.0.0.1:4317", ("127.0.0.1", 4317)), ("[::1]:80", ("::1", 80)), (":4318", ("0.0.0.0", 4318))]
)
def test_addresses(text, pair):
    assert parse_address(text) == pair


@pytest.mark.parametrize("text", ["", "localhost", "host:port", "host:70000", "4317"])
def test_what_is_not_an_address_names_the_setting(text):
    with pytest.raises(ConfigError, match=r"--grpc: .* write HOST:PORT"):
        parse_address(text, "--grpc")


def test_a_taken_port_names_the_flag_and_a_shared_one_works():
    taken = pytest.raises(InUseError, match=r"--http: cannot listen on .* choose another with --http")
    with bind("127.0.0.1:0", "--http") as first, taken:
        bind(address_of(first), "--http")
    with bind("127.0.0.1:0", "--http", reuse_port=True) as one, bind(address_of(one), "--http", reuse_port=True) as two:
        assert one.getsockname() == two.getsockname()
