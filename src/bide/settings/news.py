"""Who is told what: webhooks and e-mails."""

from typing import Literal

from bide.core.clock import DAY, SECOND
from bide.settings.section import Count, Duration, Names, Section


class WebhookSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Telling others what happens, as docs/webhooks.md explains."""

    url: str | None = None
    """Where the end of every job is told; a call names its own with the header Bide-Webhook."""
    allow: Names = Names()
    """Hosts of your own network that may be told, as in 127.0.0.1:9000 or hooks.internal; all others need public addresses."""
    http: bool = False
    """Whether addresses with http:// are taken too; those in `allow` always may be."""
    timeout: Duration = Duration(15 * SECOND)
    """How long the other side may take to answer; at most a minute."""
    overlap: Duration = Duration(DAY)
    """How long a secret that was replaced goes on signing beside the new one."""
    answers: bool = False
    """Whether news of a single request carries its answer, up to 256 KiB; else it says where the answer is."""
    public_url: str = ""
    """What links begin with, as in https://bide.example; without it they begin with the path."""


class EmailSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """E-mails: one a job, when it is answered."""

    to: Names = Names()
    """Who gets them; nobody by default."""
    sender: str | None = None
    """The address they are from; by default the first of `to`."""
    host: str = "localhost"
    """The mail server."""
    port: Count | None = None
    """By default 587; 465 with `security = "tls"`, 25 with `"none"`."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    """Better kept in the environment variable that `password_env` names."""
    password_env: str | None = None
    at: str | None = None
    """The time of day at which they are sent, as in 07:30; by default at once."""
    timezone: str | None = None
    """Whose time of day, as in Europe/Berlin; by default the machine's."""
    timeout: Duration = Duration(30 * SECOND)
