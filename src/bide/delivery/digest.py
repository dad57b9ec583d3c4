"""The e-mail about a job: what was asked, what came, by when, for how much. Plain text, without any answer in it."""

from dataclasses import dataclass
from email.message import EmailMessage
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bide.core.clock import to_datetime
from bide.core.deadline import parse_deadline
from bide.core.duration import format_duration
from bide.core.errors import DeadlineError, SettingError
from bide.core.job import Job
from bide.core.money import format_money
from bide.delivery.event import counts
from bide.settings import EmailSettings
from bide.store.jobs import Progress

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who an e-mail is from and for."""

    sender: str
    to: tuple[str, ...]


def zone_of(settings: EmailSettings) -> ZoneInfo | None:
    """The time zone that e-mails reckon with; None is the machine's.

    Raises:
        SettingError: there is no such zone.
    """
    if settings.timezone is None:
        return None
    try:
        return ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(f"email.timezone is {settings.timezone!r}; write one as in Europe/Berlin") from error


def send_at(settings: EmailSettings, answered_at: int) -> int:
    """When the e-mail about a job goes out: at once, or at the next such time of day.

    Raises:
        SettingError: the setting is no time of day.
    """
    if settings.at is None:
        return answered_at
    try:
        return parse_deadline(settings.at, answered_at, zone_of(settings))
    except DeadlineError as error:
        raise SettingError(f"email.at is {settings.at!r}; write a time of day, as in 07:30") from error


def digest(job: Job, progress: Progress, envelope: Envelope, event_id: str, settings: EmailSettings) -> EmailMessage:
    """The message. Its Message-ID is the same at every try, so that mail programs show it once."""
    told = counts(progress)
    name = " ".join(job.name.split())[:LONGEST_NAME] or job.external_id
    message = EmailMessage()
    message["From"] = envelope.sender
    message["To"] = ", ".join(envelope.to)
    message["Subject"] = f"bide: {told['succeeded']:,} of {told['total']:,} answered: {name}"
    message["Message-ID"] = f"<{event_id}@{envelope.sender.rpartition('@')[2].strip('<> ')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(job, progress, name, settings))
    return message


def _text(job: Job, progress: Progress, name: str, settings: EmailSettings) -> str:
    told, answered_at = counts(progress), job.answered_at or job.created_at
    failed = [f"{count:,} {word}" for word, count in told.items() if word not in ("total", "succeeded") and count]
    saved = None if progress.unpriced else progress.listed - progress.paid
    lines = [
        ("job", f"{job.external_id} ({name})"),
        ("answered", ", ".join([f"{told['succeeded']:,} of {told['total']:,}", *failed])),
        ("at", f"{_local(answered_at, settings)}, {_margin(job.deadline - answered_at)}"),
        ("paid", "unknown: some prices are" if progress.unpriced else format_money(progress.paid)),
        ("list price", "unknown" if progress.unpriced else format_money(progress.listed)),
        ("saved", "unknown" if saved is None else format_money(saved)),
    ]
    after = [f"bide results {job.external_id} -o FILE", f"bide status {job.external_id} --receipt"]
    if told["failed"]:
        after.append(f"bide retry {job.external_id} --failed")
    return "".join(f"{word + ':':<12}{value}\n" for word, value in lines) + "\n" + "".join(f"{one}\n" for one in after)


def _local(instant: int, settings: EmailSettings) -> str:
    return f"{to_datetime(instant).astimezone(zone_of(settings)):%Y-%m-%d %H:%M %Z}"


def _margin(left: int) -> str:
    return f"{format_duration(abs(left))} {'before' if left >= 0 else 'after'} the deadline"
