"""The body of a create: a name, and requests that lie in a file or come along."""

from dataclasses import dataclass

import msgspec
from msgspec import field

from bide.core.clock import HOUR
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Content
from bide.simulator.gemini.embeddings import TextReader
from bide.simulator.gemini.error import UNKNOWN_FILE
from bide.simulator.gemini.lines import Item, Reader, known, read_file, read_items
from bide.simulator.refusal import Failure, Refusal, invalid, unknown

WINDOW = 48 * HOUR
"""How long a batch has, waiting and running."""

MOST_INLINE = 20 * 1000 * 1000
MOST_OPEN = 100
"""Batches that may be open at once."""


class _Requests(msgspec.Struct):
    requests: list[Item] = field(default_factory=list[Item])


class _Input(msgspec.Struct):
    file_name: str | None = field(default=None, name="fileName")
    file_name_snake: str | None = field(default=None, name="file_name")
    """Google's SDK writes this one for embeddings."""
    requests: _Requests | None = None


class _Batch(msgspec.Struct):
    display_name: str = field(name="displayName")
    input_config: _Input = field(name="inputConfig")
    priority: str | int = "0"


class _Create(msgspec.Struct):
    batch: _Batch


@dataclass(frozen=True)
class Asked:
    """What the view shows of a create."""

    display_name: str
    model: str
    file: str | None
    embeds: bool = False


_decode_create = msgspec.json.Decoder(_Create).decode


def create(account: Account, model: str, body: Content, now: int, *, embeds: bool = False) -> Batch:
    """Accept a batch, of generateContent or of embeddings. The same create sent twice is two batches.

    Raises:
        Refusal: it is none that batches can have, its file is not there, or too much is enqueued.
    """
    try:
        wanted = _decode_create(body).batch
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error
    if not known(model, account.script.account.models):
        verb = "asyncBatchEmbedContent" if embeds else "batchGenerateContent"
        raise unknown(f"models/{model} is not found for API version v1, or is not supported for {verb}.")
    if sum(1 for batch in account.batches if not batch.ended(now)) >= MOST_OPEN:
        raise Refusal(Failure(429, "Too many open batches.", code="batch_limit_exceeded"))
    reader, config = (TextReader if embeds else Reader)(model, account.answers), wanted.input_config
    file = config.file_name or config.file_name_snake
    if file is not None:
        content = _file(account, file, now)
        found = read_file(content, reader)
    elif config.requests is not None:
        if len(body) > MOST_INLINE:
            raise Refusal(Failure(400, f"Request payload size exceeds the limit: {MOST_INLINE} bytes."))
        content, found = body, read_items(config.requests.requests, reader)
    else:
        raise invalid("batch.input_config is required.")
    asked = Asked(wanted.display_name, model, file, embeds)
    # What is wrong with a request is its own failure, and a full queue is told at once.
    new = NewBatch(source=file or "", window=WINDOW, validates=False, asked=asked)
    return account.batches.create(new, found, content, now)


def _file(account: Account, name: str, now: int) -> Content:
    file = account.files.find(name.removeprefix("files/"), now)
    if file is None:
        raise Refusal(Failure(403, UNKNOWN_FILE.format(name=name.removeprefix("files/"))))
    return file.content
