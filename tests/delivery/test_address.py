"""Which addresses are public: a sceptic's list."""

from ipaddress import ip_address

import pytest

from bide.delivery.address import is_public, literal

REFUSED = (
    ("0.0.0.0", "the machine itself"),
    ("0.1.2.3", "this network"),
    ("10.0.0.1", "private"),
    ("10.255.255.255", "private, the last"),
    ("100.64.0.1", "behind a carrier's NAT"),
    ("100.100.100.200", "metadata at Alibaba"),
    ("100.127.255.255", "behind a carrier's NAT, the last"),
    ("127.0.0.1", "loopback"),
    ("127.8.8.8", "loopback all the same"),
    ("168.63.129.16", "Azure's host"),
    ("169.254.169.254", "metadata"),
    ("169.254.170.2", "metadata of a container"),
    ("169.254.0.1", "link-local"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private, the last"),
    ("192.0.0.192", "metadata at Oracle"),
    ("192.0.2.1", "documentation"),
    ("192.88.99.1", "6to4 relay"),
    ("192.168.1.1", "private"),
    ("198.18.0.1", "benchmarks"),
    ("198.51.100.1", "documentation"),
    ("203.0.113.1", "documentation"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.255", "multicast, the last"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "broadcast"),
    ("::", "the machine itself"),
    ("::1", "loopback"),
    ("::127.0.0.1", "IPv4-compatible"),
    ("::ffff:127.0.0.1", "IPv4-mapped loopback"),
    ("::ffff:169.254.169.254", "IPv4-mapped metadata"),
    ("::ffff:8.8.8.8", "IPv4-mapped, though it is public"),
    ("64:ff9b::127.0.0.1", "NAT64 of loopback"),
    ("64:ff9b::a9fe:a9fe", "NAT64 of metadata"),
    ("64:ff9b:1::1", "local NAT64"),
    ("100::1", "discard"),
    ("2001::1", "Teredo"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo with an address in it"),
    ("2001:10::1", "ORCHID"),
    ("2001:db8::1", "documentation"),
    ("2002:7f00:1::", "6to4 of loopback"),
    ("2002:a9fe:a9fe::", "6to4 of metadata"),
    ("3fff::1", "documentation"),
    ("5f00::1", "segment routing"),
    ("fc00::1", "unique local"),
    ("fd00:ec2::254", "metadata at AWS"),
    ("fd20:ce::254", "metadata at Google"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local with a scope"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
)

TAKEN = (
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "128.0.0.1",
    "168.63.129.17",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:830::200e",
)


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[f"{text} {why}" for text, why in REFUSED])
def test_what_only_bide_can_reach_is_not_public(text: str, why: str) -> None:
    assert not is_public(ip_address(text)), why


@pytest.mark.parametrize("text", TAKEN)
def test_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.01",
        "1.2.3.4.5",
        "999.1.1.1",
        "0x",
        "127.0.0.1.",
        "example.0x7f",
        "::1::",
        "fe80::zz",
    ],
)
def test_a_number_that_somebody_may_take_for_an_address_is_no_host(host: str) -> None:
    with pytest.raises(ValueError, match="no address and no name"):
        literal(host)


@pytest.mark.parametrize(
    "host", ["example.com", "xn--mnchen-3ya.de", "a", "1e100.net", "0x7f.example.com", "example.com."]
)
def test_a_name_is_no_address(host: str) -> None:
    assert literal(host) is None
