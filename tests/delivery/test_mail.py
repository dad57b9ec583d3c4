"""E-mails reach a real mail server: with STARTTLS and a password, or not at all; and what they say."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.cli.given import DOLLAR, a_job, a_progress
from tests.ports import free_port

from bide.core.clock import HOUR, from_datetime
from bide.core.errors import SettingError
from bide.delivery import mail
from bide.delivery.digest import Envelope as Addressed
from bide.delivery.digest import digest, send_at
from bide.delivery.schedule import Outcome
from bide.settings import EmailSettings
from bide.settings.section import Names

TO = ("ops@example.com", "boss@example.com")
PASSWORD = "correct horse"


@dataclass
class Inbox:
    """What a mail server has taken. `refuse` is what it answers to a message instead."""

    messages: list[EmailMessage] = field(default_factory=list[EmailMessage])
    recipients: list[list[str]] = field(default_factory=list[list[str]])
    refuse: str | None = None
    port: int = 0

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, _class=EmailMessage, policy=policy.default))  # type: ignore[arg-type]
        self.recipients.append(envelope.rcpt_tos)
        return "250 taken"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "nobody" in address:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


Serve = Callable[..., Awaitable[Inbox]]


@pytest_asyncio.fixture
async def serve() -> AsyncGenerator[Serve]:
    """Start a mail server; `tls` is a context for STARTTLS, and then a password is asked for too."""
    started: list[asyncio.Server] = []

    async def begin(tls: ssl.SSLContext | None = None) -> Inbox:
        inbox = Inbox()
        more: dict[str, Any] = {}
        if tls is not None:

            def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
                right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"bide", PASSWORD.encode())
                return AuthResult(success=right, handled=False)

            more = {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": check}
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(inbox, hostname="localhost", **more), "127.0.0.1", 0)
        started.append(server)
        inbox.port = server.sockets[0].getsockname()[1]
        return inbox

    yield begin
    for one in started:
        one.close()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS, for localhost, whose authority this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    day = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def a_message(settings: EmailSettings, **job: Any) -> tuple[EmailMessage, Addressed]:
    envelope = mail.envelope_of(settings, tuple(settings.to))
    answered = a_job(answered_at=a_job().deadline - HOUR, **job)
    progress = a_progress(batch=97, failed=3, paid=DOLLAR, listed=2 * DOLLAR)
    return digest(answered, progress, envelope, "evt_1", settings), envelope


def settings_for(inbox: Inbox, **fields: Any) -> EmailSettings:
    values: dict[str, Any] = {"to": Names(TO), "host": "127.0.0.1", "port": inbox.port, "security": "none"}
    return EmailSettings(**(values | fields))


async def send(settings: EmailSettings, password: str | None = None) -> Outcome:
    message, envelope = a_message(settings)
    return await mail.send(message, envelope, settings, password)


async def test_what_an_email_says(serve: Serve) -> None:
    inbox = await serve()
    assert await send(settings_for(inbox, sender="bide <bide@example.com>", timezone="Europe/Berlin")) == Outcome()
    [message] = inbox.messages
    assert inbox.recipients == [list(TO)]
    assert (message["From"], message["Message-ID"]) == ("bide <bide@example.com>", "<evt_1@example.com>")
    assert message["Subject"] == "bide: 97 of 100 answered: tickets.jsonl"
    text = message.get_content()
    for words in (
        "97 of 100, 3 failed",
        "1h before the deadline",
        "$1.00",
        "$2.00",
        "CET",
        "bide results job_kq3",
        "bide retry job_kq3 --failed",
    ):
        assert words in text


async def test_a_name_cannot_add_headers(serve: Serve) -> None:
    inbox = await serve()
    settings = settings_for(inbox)
    message, envelope = a_message(settings, name="tickets\r\nBcc: thief@example.com\u2028.csv " + "x" * 200)
    assert await mail.send(message, envelope, settings, None) == Outcome()
    [arrived] = inbox.messages
    assert arrived["Bcc"] is None
    assert inbox.recipients == [list(TO)]
    assert arrived["From"] == TO[0], "by default from who gets it"


async def test_starttls_and_a_password(serve: Serve, certificate: ssl.SSLContext) -> None:
    inbox = await serve(certificate)
    settings = settings_for(inbox, host="localhost", security="starttls", user="bide")
    assert await send(settings, PASSWORD) == Outcome()
    assert len(inbox.messages) == 1
    wrong = await send(settings, "wrong battery")
    assert (wrong.status, "wrong battery" in str(wrong.error)) == (535, False)
    assert "does not take the user" in str(wrong.error)
    assert len(inbox.messages) == 1


async def test_a_server_whose_certificate_is_not_trusted_gets_nothing(
    serve: Serve, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    inbox = await serve(certificate)
    refused = await send(settings_for(inbox, host="localhost", security="starttls", user="bide"), PASSWORD)
    assert "cannot be reached" in str(refused.error)
    assert inbox.messages == []


async def test_without_starttls_nothing_is_sent_in_the_clear(serve: Serve) -> None:
    inbox = await serve()
    refused = await send(settings_for(inbox, security="starttls", user="bide"), PASSWORD)
    assert "cannot be used" in str(refused.error)
    assert PASSWORD not in str(refused.error)
    assert inbox.messages == []


async def test_what_a_server_refuses_is_told(serve: Serve) -> None:
    inbox = await serve()
    inbox.refuse = "451 try\tlater"
    assert await send(settings_for(inbox)) == Outcome(451, "the mail server 127.0.0.1 answered 451 try later")
    none = await send(settings_for(inbox, to=Names(["nobody@example.com"])))
    assert none.error == "the mail server 127.0.0.1 takes nothing for nobody@example.com"
    inbox.port = free_port()
    assert "cannot be reached" in str((await send(settings_for(inbox))).error)


async def test_who_can_be_told_is_told_once_though_another_cannot(serve: Serve) -> None:
    inbox = await serve()
    assert await send(settings_for(inbox, to=Names(["ops@example.com", "nobody@example.com"]))) == Outcome()
    assert inbox.recipients == [["ops@example.com"]]


def test_the_password_may_come_from_the_environment() -> None:
    named = EmailSettings(password_env="MAIL_PASSWORD")
    assert mail.password_of(named, {"MAIL_PASSWORD": PASSWORD}) == PASSWORD
    assert mail.password_of(EmailSettings(password=PASSWORD), {}) == PASSWORD
    assert mail.password_of(EmailSettings(), {}) is None
    with pytest.raises(SettingError, match="MAIL_PASSWORD"):
        mail.password_of(named, {})


def instant(text: str) -> int:
    return from_datetime(datetime.datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("at", "zone", "answered", "sent"),
    [
        pytest.param(None, None, "2026-11-21T03:00Z", "2026-11-21T03:00Z", id="at once"),
        pytest.param("07:30", "Europe/Berlin", "2026-11-21T03:00Z", "2026-11-21T06:30Z", id="this morning"),
        pytest.param("07:30", "Europe/Berlin", "2026-11-21T06:30Z", "2026-11-22T06:30Z", id="just too late"),
        pytest.param("07:30", "Europe/Berlin", "2026-07-21T03:00Z", "2026-07-21T05:30Z", id="in summer"),
        pytest.param("07:30", "America/New_York", "2026-11-21T03:00Z", "2026-11-21T12:30Z", id="elsewhere"),
        pytest.param("02:30", "Europe/Berlin", "2026-03-28T22:00Z", "2026-03-29T01:30Z", id="a time that is skipped"),
    ],
)
def test_when_it_is_sent(at: str | None, zone: str | None, answered: str, sent: str) -> None:
    assert send_at(EmailSettings(at=at, timezone=zone), instant(answered)) == instant(sent)


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"at": "25:00"}, "email.at"), ({"at": "soon"}, "email.at"), ({"at": "07:30", "timezone": "Mars"}, "timezone")],
)
def test_a_time_that_is_none_is_told(fields: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        send_at(EmailSettings(**fields), 0)  # type: ignore[arg-type]


def test_what_was_saved_is_unknown_where_a_price_is() -> None:
    message = digest(
        a_job(answered_at=a_job().deadline + HOUR),
        a_progress(batch=100, unpriced=1),
        Addressed("a@example.com", ("b@example.com",)),
        "evt_1",
        EmailSettings(),
    )
    text = message.get_content()
    assert "1h after the deadline" in text
    assert "saved:      unknown" in text
    assert "retry" not in text
