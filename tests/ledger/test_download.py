"""Data files by their path, and over TLS from a server on this machine whose certificate is handed in."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.providers.test_pool import certificate

from bide.core.errors import InputError
from bide.ledger import download
from bide.ledger.download import read

DATA = b'[{"id": "openai"}]'


@dataclass
class Site:
    """A server of this machine, with what it was asked for."""

    url: str
    certificate: Path
    trust: ssl.SSLContext
    asked: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    file = certificate(tmp_path_factory.mktemp("tls"))
    found = Site("", file, ssl.create_default_context(cafile=file))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            name = self.path.partition("?")[0]
            if name == "/data.json":
                self._answer(200, DATA, len(DATA))
            elif name == "/cut":
                self._answer(200, DATA, len(DATA) + 100)
            elif name == "/large":
                self._answer(200, b" " * 2_000, 2_000)
            elif name == "/moved":
                self._answer(302, b"", 0, f"{found.url}/data.json")
            elif name == "/in-the-clear":
                self._answer(302, b"", 0, "http://198.51.100.1/data.json")
            elif name == "/a-file":
                self._answer(302, b"", 0, "file:///etc/hostname")
            elif name == "/round":
                self._answer(302, b"", 0, f"{found.url}/round")
            else:
                self._answer(404, b"", 0)

        def _answer(self, status: int, body: bytes, length: int, to: str | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", f"{length}")
            if to is not None:
                self.send_header("Location", to)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found.url = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/data.json", "/data.json?token=secret", "/moved"])
def test_a_file_is_read_over_tls(site: Site, path: str) -> None:
    assert read(f"{site.url}{path}", site.trust) == DATA


def test_the_certificates_that_the_machine_trusts_are_believed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(site.certificate))

    assert read(f"{site.url}/data.json") == DATA


def test_a_server_that_nobody_trusts_is_asked_for_nothing(site: Site) -> None:
    before = len(site.asked)

    with pytest.raises(InputError, match=r"certificate.*nothing was changed"):
        read(f"{site.url}/data.json")
    assert len(site.asked) == before


@pytest.mark.parametrize(
    ("path", "why"),
    [
        pytest.param("/nothing", "404", id="not there"),
        pytest.param("/cut", "cut off after 18 of 118 bytes", id="cut off"),
        pytest.param("/in-the-clear", "taken from https", id="sent on in the clear"),
        pytest.param("/a-file", "not allowed", id="sent on to a file"),
        pytest.param("/round", "redirect", id="sent round and round"),
    ],
)
def test_what_a_server_does_not_give_is_told(site: Site, path: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as error:
        read(f"{site.url}{path}", site.trust)
    assert "nothing was changed" in str(error.value)


def test_what_is_too_large_is_no_price_list(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LARGEST", 1_000)

    with pytest.raises(InputError, match="which no price list has"):
        read(f"{site.url}/large", site.trust)


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_bytes(DATA)

    assert read(str(tmp_path / "data.json")) == DATA


@pytest.mark.parametrize(
    "source",
    ["http://198.51.100.1/data.json", "ftp://127.0.0.1/data.json", "file:///etc/hostname", "no-such-file.json"],
)
def test_a_source_that_is_none(source: str) -> None:
    with pytest.raises(InputError, match=r"cannot be read|taken from"):
        read(source)
