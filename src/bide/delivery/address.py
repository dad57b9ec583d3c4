"""Which addresses webhooks may go to: public ones, and nothing that only looks so.

Whoever may name a webhook could otherwise make bide ask what only bide can reach: its neighbours, itself, the metadata service
of its machine. The networks are those of IANA's two registries of special-purpose addresses (RFC 6890 and its successors).
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NOT_PUBLIC_4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network; 0.0.0.0 is the machine itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT; 100.100.100.200 is a metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's machines reach their host there, though it is a public address
        "169.254.0.0/16",  # link-local; 169.254.169.254 is the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

_GLOBAL_6 = ip_network("2000::/3")
"""All that is assigned for unicast. Everything else is not public: ``::1``, ``fe80::/10``, ``fc00::/7`` with the metadata
services in it, ``ff00::/8``, and what carries an IPv4 address as ``::ffff:0:0/96`` and NAT64's ``64:ff9b::/96``."""

_NOT_PUBLIC_6 = tuple(
    ip_network(text)
    for text in (
        "2001::/23",  # protocol assignments, with Teredo, which carries an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",  # documentation
    )
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _GLOBAL_6 and not any(address in network for network in _NOT_PUBLIC_6)


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as, None for a name.

    Raises:
        ValueError: it is a number that some programs take for an address, as 2130706433, 0x7f.1 or 127.1.
    """
    try:
        return ip_address(host)
    except ValueError:
        pass
    last = host.rstrip(".").rpartition(".")[2].lower()
    if (
        ":" in host
        or last.isdigit()
        or (last.startswith("0x") and all(digit in "0123456789abcdef" for digit in last[2:]))
    ):
        raise ValueError(f"{host} is no address and no name")
    return None
