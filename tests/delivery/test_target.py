"""Which URLs may be a webhook, and what they are one endpoint of."""

import pytest

from bide.delivery.target import Policy, WebhookUrlError, target

OWN = Policy(allow=("127.0.0.1:9000", "hooks.internal", "[::1]:9000", "fd00::5"))


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://example.com", "https://example.com/"),
        ("https://example.com/hook?id=7&x=%2F", "https://example.com/hook"),
        ("https://example.com:8443/hook", "https://example.com:8443/hook"),
        ("https://example.com:80/hook", "https://example.com:80/hook"),
        ("https://8.8.8.8/hook", "https://8.8.8.8/hook"),
        ("https://[2606:4700:4700::1111]/hook", "https://[2606:4700:4700::1111]/hook"),
        ("https://example.com/a%20b/%2e%2e", "https://example.com/a%20b/%2e%2e"),
    ],
)
def test_an_endpoint_is_all_of_it_up_to_the_question_mark(url: str, endpoint: str) -> None:
    found = target(url, Policy())
    assert (found.endpoint, str(found.url), found.is_own) == (endpoint, url, False)


REFUSED = {
    "http": "http://example.com/",
    "another scheme": "ftp://example.com/",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://example.com:6379/_x",
    "no scheme": "example.com/hook",
    "no host": "https:///hook",
    "nothing": "",
    "a user": "https://user@example.com/",
    "a password": "https://user:secret@example.com/",
    "an empty user": "https://@example.com/",
    "a host behind a host": "https://example.com@127.0.0.1/",
    "a fragment": "https://example.com/#x",
    "an empty fragment": "https://example.com/#",
    "a backslash": "https://example.com\\@127.0.0.1/",
    "a space": "https://example.com/a b",
    "a line feed": "https://example.com/\nX: y",
    "a tab": "https://exam\tple.com/",
    "a NUL": "https://example.com/\0",
    "letters of another script": "https://exämple.com/",
    "a full-width dot": "https://127。0。0。1/",
    "too long": "https://example.com/" + "a" * 2_048,
    "a port of mail": "https://example.com:25/",
    "a port of shells": "https://example.com:22/",
    "no port": "https://example.com:0/",
    "a port that is none": "https://example.com:99999/",
    "words for a port": "https://example.com:http/",
    "loopback": "https://127.0.0.1/",
    "loopback with a dot behind it": "https://127.0.0.1./",
    "loopback in decimal": "https://2130706433/",
    "loopback in octal": "https://0177.0.0.1/",
    "loopback in hexadecimal": "https://0x7f000001/",
    "loopback in short": "https://127.1/",
    "loopback, escaped": "https://%31%32%37.0.0.1/",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "metadata in decimal": "https://2852039166/",
    "metadata at AWS": "https://[fd00:ec2::254]/",
    "IPv4-mapped": "https://[::ffff:169.254.169.254]/",
    "IPv4-mapped in hexadecimal": "https://[::ffff:a9fe:a9fe]/",
    "NAT64": "https://[64:ff9b::7f00:1]/",
    "link-local with a scope": "https://[fe80::1%25eth0]/",
    "all of the machine": "https://0.0.0.0/",
    "zero": "https://0/",
    "a private address": "https://192.168.1.1/",
    "another port of what is allowed": "https://127.0.0.1:9001/",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_what_may_not_be_told_is_refused_before_anything_is_accepted(url: str) -> None:
    with pytest.raises(WebhookUrlError):
        target(url, OWN)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/hook",
        "https://hooks.internal:22/hook",
        "http://HOOKS.internal/hook",
        "http://hooks.internal./hook",
        "http://[::1]:9000/hook",
        "https://[fd00::5]:7000/hook",
    ],
)
def test_hosts_of_ones_own_network_are_taken(url: str) -> None:
    assert target(url, OWN).is_own


@pytest.mark.parametrize("url", ["http://user@hooks.internal/", "https://hooks.internal/#x", "ftp://hooks.internal/"])
def test_and_no_others_of_their_kind(url: str) -> None:
    with pytest.raises(WebhookUrlError):
        target(url, OWN)


def test_a_setting_takes_http_too() -> None:
    assert not target("http://example.com/", Policy(http=True)).is_own
    with pytest.raises(WebhookUrlError):
        target("http://127.0.0.1/", Policy(http=True))
