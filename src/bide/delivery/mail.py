"""Handing an e-mail to a mail server, in a thread: the standard library's SMTP client waits where it stands."""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Mapping
from email.message import EmailMessage

from bide.core.clock import SECOND
from bide.core.errors import SettingError
from bide.delivery.digest import Envelope
from bide.delivery.schedule import Outcome
from bide.settings import EmailSettings

PORTS = {"starttls": 587, "tls": 465, "none": 25}


def envelope_of(settings: EmailSettings, to: tuple[str, ...]) -> Envelope:
    """Who e-mails are from: the setting, else the first who gets one."""
    return Envelope(settings.sender or to[0], to)


def password_of(settings: EmailSettings, environment: Mapping[str, str]) -> str | None:
    """The mail server's password.

    Raises:
        SettingError: it is to come from a variable that is not set.
    """
    if settings.password is not None or settings.password_env is None:
        return settings.password
    try:
        return environment[settings.password_env]
    except KeyError:
        raise SettingError(
            f"email.password_env names {settings.password_env}, which is not set in the environment"
        ) from None


async def send(message: EmailMessage, envelope: Envelope, settings: EmailSettings, password: str | None) -> Outcome:
    """Send an e-mail once. What goes wrong is told, not raised; nothing that is told has the password in it."""
    return await asyncio.to_thread(_send, message, envelope, settings, password)


def _send(message: EmailMessage, envelope: Envelope, settings: EmailSettings, password: str | None) -> Outcome:
    port = settings.port or PORTS[settings.security]
    timeout = settings.timeout / SECOND
    try:
        with _connect(settings, port, timeout) as server:
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user is not None:
                server.login(settings.user, password or "")
            # Where some of several recipients are refused, the others have it: sent again it would reach them twice.
            server.send_message(message, envelope.sender, envelope.to)
    except smtplib.SMTPAuthenticationError as error:
        return Outcome(error.smtp_code, f"the mail server {settings.host} does not take the user and the password")
    except smtplib.SMTPResponseException as error:
        return Outcome(error.smtp_code, f"the mail server {settings.host} answered {error.smtp_code} {_words(error)}")
    except smtplib.SMTPRecipientsRefused as error:
        return Outcome(None, f"the mail server {settings.host} takes nothing for {', '.join(error.recipients)}")
    except smtplib.SMTPException as error:
        return Outcome(None, f"the mail server {settings.host} cannot be used: {error}")
    except (OSError, socket.gaierror) as error:
        return Outcome(None, f"the mail server {settings.host}:{port} cannot be reached: {error}")
    return Outcome()


def _connect(settings: EmailSettings, port: int, timeout: float) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, port, timeout=timeout, context=ssl.create_default_context())
    return smtplib.SMTP(settings.host, port, timeout=timeout)


def _words(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
    return " ".join(text.split())[:200]
