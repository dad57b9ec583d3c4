"""Webhooks from providers: whoever is told that a batch has ended need not wait for the next poll.

A webhook says which batch, never what is in it: the batch is made due, and the poller looks for itself. So a forged one could
at most make us look once too often; it is verified all the same. Polling goes on as if there were none: they may be lost.

OpenAI (`batch.completed`, `batch.failed`, `batch.expired`, `batch.cancelled`) and the Gemini API (`batch.succeeded`,
`batch.failed`, `batch.expired`, of the endpoints that are registered for a project) both sign as Standard Webhooks and name
the batch in ``data.id``.
"""

from collections.abc import Mapping, Sequence

import msgspec

from bide.core.errors import BideError, SettingError
from bide.core.signature import SignatureError, key_of, verify
from bide.engine.context import Context
from bide.providers.decoding import UNREADABLE
from bide.settings import ProviderSettings

USUAL = {"openai": "OPENAI_WEBHOOK_SECRET", "gemini": "GEMINI_WEBHOOK_SECRET"}
"""The variables of the accounts of the kind's own name; the first is the official SDK's."""

LONGEST_ID = 255
MOST_BYTES = 1 << 20


class NoticeError(BideError):
    """The webhook is signed as it should be, and is none that bide can read: answer 400."""

    code = "invalid_webhook"


class UnknownAccountError(NoticeError):
    """No webhooks are expected there; set providers.NAME.webhook_secret: answer 404."""

    code = "unknown_account"


class ReplayedError(NoticeError):
    """The webhook was heard before, and nothing was done: answer 200, or its sender will not stop."""

    code = "replayed_webhook"


class _Data(msgspec.Struct):
    id: str = ""


class _Event(msgspec.Struct):
    type: str
    data: _Data | None = None


async def notice(context: Context, account: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take a provider's webhook in: see that it is genuine and new, and make its batch due now.

    Events about something else than batches are heard, and nothing follows from them.

    Raises:
        UnknownAccountError: the account has no secret to verify with (404).
        SignatureError: it is not signed with the account's secret, or not just now (401).
        ReplayedError: it was heard before (200: it is known).
        NoticeError: it cannot be read (400).
    """
    secrets = context.listening.get(account)
    if not secrets:
        raise UnknownAccountError(f"no webhooks are expected for {account!r}; set providers.{account}.webhook_secret")
    if len(body) > MOST_BYTES:
        raise NoticeError("the webhook is longer than any provider's")
    now = context.clock.now()
    event_id = verify(secrets, headers, body, now)
    if len(event_id) > LONGEST_ID:
        raise NoticeError(f"the webhook's id has more than {LONGEST_ID} characters")
    if not await context.store.notices.hear(account, event_id, batch_named(body), now):
        raise ReplayedError


def batch_named(body: bytes) -> Sequence[str]:
    """The ids that the batch may have with us; none for an event about something else.

    Google writes ``batches/abc`` where one asks for it, and perhaps ``abc`` in an event.

    Raises:
        NoticeError: the body is no event.
    """
    try:
        event = msgspec.json.decode(body, type=_Event)
    except UNREADABLE as error:
        raise NoticeError("the webhook's body is no event: {type, data: {id}} in JSON") from error
    if not event.type.startswith("batch.") or event.data is None or not event.data.id:
        return ()
    name = event.data.id
    return (name,) if "/" in name else (name, f"batches/{name}")


def secrets_of(accounts: Mapping[str, ProviderSettings], environment: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """What the webhooks of each account are signed with; several, with commas between them, while one is replaced.

    Raises:
        SettingError: a secret is to come from a variable that is not set, or is none.
    """
    found: dict[str, Sequence[str]] = {}
    for name in sorted({*accounts, *USUAL}):
        settings = accounts.get(name, ProviderSettings())
        text = settings.webhook_secret
        if text is None and settings.webhook_secret_env is not None:
            text = environment.get(settings.webhook_secret_env)
            if text is None:
                raise SettingError(
                    f"providers.{name}.webhook_secret_env names {settings.webhook_secret_env}, which is not set in the"
                    " environment"
                )
        if text is None and name in USUAL:
            text = environment.get(USUAL[name])
        if text and (secrets := tuple(word for part in text.split(",") if (word := part.strip()))):
            found[name] = secrets
            _check(name, secrets)
    return found


def _check(account: str, secrets: Sequence[str]) -> None:
    try:
        for secret in secrets:
            key_of(secret)
    except ValueError as error:
        raise SettingError(f"providers.{account}.webhook_secret cannot be used: {error}") from None


__all__ = [
    "NoticeError",
    "ReplayedError",
    "SignatureError",
    "UnknownAccountError",
    "batch_named",
    "notice",
    "secrets_of",
]
