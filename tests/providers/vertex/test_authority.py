"""Credentials of Google's, through google-auth: fetched over our own transport, kept while they are good."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2 import service_account

from bide.core.clock import ManualClock
from bide.core.errors import SettingError
from bide.providers.failures import UnauthorisedError
from bide.providers.port import Call
from bide.providers.setup import Tools
from bide.providers.transport import NotSentError
from bide.providers.vertex import authority
from bide.providers.vertex.authority import ApplicationDefault
from bide.providers.vertex.kind import VERTEX
from bide.simulator.books import Books
from bide.simulator.faults import Site, read_faults
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.script import parse_script
from bide.simulator.vertex.protocol import VERTEX as PROTOCOL
from bide.testing.provider_conformance import setup_for

QUIET = '[realtime]\nlatency = "0s"\ntokens_per_second = 0\n'


def credentials(**more: str) -> Any:
    """A service account's, with a key of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    told = {
        "client_email": "bide@p.iam.gserviceaccount.com",
        "token_uri": "http://simulated/vertex/token",
        "private_key": pem.decode(),
    }
    made: Any = service_account.Credentials
    return made.from_service_account_info({**told, **more}, scopes=[authority.SCOPE])


class Open:
    """An authority, and the provider that gives it tokens."""

    def __init__(self, *faults: Mapping[str, object], found: Any = None) -> None:
        clock = ManualClock()
        self.books = Books(parse_script(QUIET), 7, clock.now(), read_faults(faults), protocol=PROTOCOL)
        self.transport = InProcessTransport(self.books, clock)
        self.credentials = found or credentials()
        self.authority = ApplicationDefault(self.transport, self.credentials)

    async def headers(self) -> Mapping[str, str]:
        return await self.authority.headers("GET", "http://simulated/vertex/v1", {}, b"")

    @property
    def fetched(self) -> int:
        """How many tokens were asked for."""
        return self.books.faults.calls[Site.MODELS]


async def test_a_token_is_fetched_once_for_many() -> None:
    opened = Open()
    every = await asyncio.gather(*(opened.headers() for _ in range(20)))
    assert {found["authorization"] for found in every} == {"Bearer simulated"}
    assert opened.fetched == 1


async def test_a_token_that_has_run_out_is_renewed() -> None:
    opened = Open()
    await opened.headers()
    opened.credentials.expiry = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=1)  # noqa: TID251
    await opened.headers()
    assert opened.fetched == 2


async def test_another_project_may_pay() -> None:
    assert (await Open(found=credentials().with_quota_project("payer")).headers())["x-goog-user-project"] == "payer"


async def test_credentials_that_are_refused() -> None:
    opened = Open({"site": "models", "nth": 1, "kind": "error", "status": 401})
    with pytest.raises(UnauthorisedError, match="gcloud auth"):
        await opened.headers()


@pytest.mark.parametrize("kind", ["not_sent", "reply_lost"])
async def test_without_a_token_nothing_is_sent(kind: str) -> None:
    opened = Open(*({"site": "models", "nth": nth, "kind": kind} for nth in range(1, 10)))
    with pytest.raises(NotSentError):
        await opened.headers()


async def test_an_account_signs_its_calls() -> None:
    opened = Open()
    provider = VERTEX.connect(
        setup_for(VERTEX, "http://simulated/vertex", "", project="p", region="us-central1", authority=opened.authority),
        Tools(opened.transport),
    )
    body = b'{"model":"gemini-3.8-flash","messages":[{"role":"user","content":"hi"}],"service_tier":"priority"}'
    answer = await provider.send(Call("/v1/chat/completions", body, "attempt-1", "gemini-3.8-flash"))
    assert (answer.row.status, answer.row.tier) == (200, "priority")
    assert opened.fetched == 1


def test_no_credentials_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
    with pytest.raises(UnauthorisedError, match="GOOGLE_APPLICATION_CREDENTIALS"):
        authority.default_credentials()


def test_the_extra_is_asked_for_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        return None

    monkeypatch.setattr(authority, "find_spec", missing)
    setup = setup_for(VERTEX, "http://simulated/vertex", "", project="p")
    with pytest.raises(SettingError, match=r"bide\[gcp\]"):
        VERTEX.connect(setup, Tools(Open().transport))
