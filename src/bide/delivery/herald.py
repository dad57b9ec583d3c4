"""The herald tells others what has happened: who is to be told, and one try of telling them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from bide.core.clock import SECOND, Clock
from bide.core.entropy import Entropy
from bide.core.errors import BideError, RefusedError
from bide.core.identifiers import new_identifier
from bide.core.signature import sign
from bide.delivery import mail
from bide.delivery.digest import digest, send_at
from bide.delivery.event import body_of, encode
from bide.delivery.schedule import Outcome
from bide.delivery.target import Policy, Target, target
from bide.delivery.vault import Vault
from bide.settings import Settings
from bide.store.deliveries import EMAIL, WEBHOOK, Delivery, Recipient
from bide.store.endpoints import Endpoint
from bide.store.store import Store

if TYPE_CHECKING:
    from bide.delivery.post import Poster
    from bide.delivery.resolver import Lookup


@dataclass(frozen=True, slots=True)
class NotYet:
    """It is to be told later, and has not been tried."""

    due_at: int


class GoneError(RefusedError):
    """The webhook's endpoint has said that it is gone (410); `bide webhooks enable` takes it up again."""

    code = "webhook_gone"


class _Webhook(msgspec.Struct, frozen=True):
    """A delivery's destination: the whole URL, with what is behind the endpoint's path."""

    url: str


class _Email(msgspec.Struct, frozen=True):
    to: tuple[str, ...]


class Herald:
    """One for a process. `environment` has the mail server's password, where a setting says so."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        settings: Settings,
        environment: Mapping[str, str],
        clock: Clock,
        entropy: Entropy,
        lookup: "Lookup | None" = None,
    ) -> None:
        self.vault = vault
        self._store = store
        self._settings = settings
        self._environment = environment
        self._clock = clock
        self._entropy = entropy
        self._policy = Policy(settings.webhooks.allow, settings.webhooks.http)
        self._lookup = lookup
        self._poster: Poster | None = None

    def check(self, url: str) -> Target:
        """See, before anything is accepted, that a URL can be a webhook. Raises `WebhookUrlError`."""
        return target(url, self._policy)

    async def webhook(self, owner: str, url: str) -> Recipient:
        """Somebody who is to be told at a URL, for `deliveries.announce`.

        Raises:
            WebhookUrlError: it is no URL that webhooks may go to.
            GoneError: the endpoint has said that it is gone.
            RefusedError: the owner has too many endpoints.
            SettingError: the key file cannot be used.
        """
        endpoint = await self.vault.endpoint(owner, self.check(url).endpoint)
        if endpoint.disabled_at is not None:
            raise GoneError(
                f"{endpoint.url} has said that it is gone (410); `bide webhooks enable {endpoint.external_id}`"
            )
        return Recipient(WEBHOOK, _encode(_Webhook(url)), self._event_id(), endpoint.id)

    async def usual_webhook(self, owner: str) -> list[Recipient]:
        """Who is told about what names no webhook of its own: the one of the settings, unless that is gone.

        Raises:
            WebhookUrlError, RefusedError, SettingError: as `webhook`.
        """
        url = self._settings.webhooks.url
        try:
            return [await self.webhook(owner, url)] if url else []
        except GoneError:
            return []

    async def of_job(self, owner: str, url: str | None = None) -> list[Recipient]:
        """Who is told when a new job is answered: its own webhook or the usual one, and whoever gets e-mails.

        Raises:
            WebhookUrlError, RefusedError, SettingError: as `webhook`.
        """
        hooks = [await self.webhook(owner, url)] if url else await self.usual_webhook(owner)
        if not (to := self._settings.email.to):
            return hooks
        send_at(self._settings.email, self._clock.now())  # a time of day that is none is told now
        mail.password_of(self._settings.email, self._environment)
        return [*hooks, Recipient(EMAIL, _encode(_Email(tuple(to))), self._event_id())]

    async def tell(self, delivery: Delivery) -> Outcome | NotYet:
        """Tell once. What goes wrong is the outcome; only what nobody foresaw is raised."""
        try:
            if delivery.kind == EMAIL:
                return await self._mail(delivery)
            return await self._post(delivery)
        except BideError as error:  # a key file that is not there, a setting that is no time of day
            return Outcome(None, str(error))

    async def test(self, endpoint: Endpoint, url: str) -> tuple[Outcome, str]:
        """Tell an endpoint something of no consequence, now, and once; how it went, and the event's id."""
        now, event_id = self._clock.now(), self._event_id()
        body = encode(event_id, "webhook.test", now, {"endpoint": endpoint.external_id})
        return await self._signed(endpoint, url, event_id, body), event_id

    async def close(self) -> None:
        if self._poster is not None:
            await self._poster.close()

    async def _post(self, delivery: Delivery) -> Outcome:
        assert delivery.endpoint_id is not None
        assert delivery.event_id is not None
        endpoint = await self._store.endpoints.get(delivery.owner, delivery.endpoint_id)
        body = await body_of(self._store, delivery, self._settings.webhooks)
        url = msgspec.json.decode(delivery.destination, type=_Webhook).url
        return await self._signed(endpoint, url, delivery.event_id, body)

    async def _signed(self, endpoint: Endpoint, url: str, event_id: str, body: bytes) -> Outcome:
        secrets, now = await self.vault.secrets(endpoint), self._clock.now()
        posted = await self._opened().post(url, sign(secrets, event_id, now, body), body, now)
        return Outcome(posted.status, posted.error, posted.retry_after)

    def _opened(self) -> "Poster":
        """What posts; imported when there is something to post, for most commands only look."""
        if self._poster is None:
            from bide.delivery.post import Poster
            from bide.delivery.resolver import system_lookup

            timeout = self._settings.webhooks.timeout / SECOND
            self._poster = Poster(self._policy, timeout, self._lookup or system_lookup)
        return self._poster

    async def _mail(self, delivery: Delivery) -> Outcome | NotYet:
        job = await self._store.jobs.get(delivery.owner, delivery.job_id)
        settings = self._settings.email
        due_at = send_at(settings, job.answered_at or 0)
        if due_at > self._clock.now():
            return NotYet(due_at)
        envelope = mail.envelope_of(settings, msgspec.json.decode(delivery.destination, type=_Email).to)
        progress = await self._store.jobs.progress(job.owner, job.id)
        message = digest(job, progress, envelope, delivery.event_id or "", settings)
        return await mail.send(message, envelope, settings, mail.password_of(settings, self._environment))

    def _event_id(self) -> str:
        return new_identifier("evt", self._entropy)


def _encode(destination: Any) -> str:
    return msgspec.json.encode(destination).decode()
