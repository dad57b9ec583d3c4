"""Creating a batch at Azure: what may be asked for, and what is said about its quota."""

import re
from typing import Any

import msgspec

from bide.core.clock import DAY, SECOND
from bide.simulator.account import Account
from bide.simulator.azure.blobs import MOST_BYTES, UNREADABLE, Blobs, OutputFolder, object_of, read_blobs
from bide.simulator.azure.dialect import Dialect
from bide.simulator.azure.words import NO_BATCHES, failure_in_azures_words
from bide.simulator.batch import Batch
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Content, Request
from bide.simulator.limits import ANY_MODEL
from bide.simulator.openai.body import CHAT, RESPONSES
from bide.simulator.openai.lines import MAX_BYTES, read_lines
from bide.simulator.refusal import Refusal, invalid
from bide.simulator.rows import Batchable, Problem

MOST_LINES = 100_000

SHORTEST_LIFE = 14 * DAY
LONGEST_LIFE = 30 * DAY

FOREVER = 3_650 * DAY
"""Jobs do not expire by themselves; a script may let them nevertheless."""


class _Expiry(msgspec.Struct):
    seconds: int
    anchor: str = "created_at"


class _Create(msgspec.Struct):
    input_file_id: str | None = None
    endpoint: str = CHAT
    completion_window: str = "24h"
    metadata: dict[str, str] | None = None
    output_expires_after: _Expiry | None = None
    input_blob: str | None = None
    output_folder: OutputFolder | None = None


_decode = msgspec.json.Decoder(_Create).decode


def create_batch(account: Account, request: Request, dialect: Dialect, now: int) -> Batch:
    """Accept a batch. Raises `Refusal`, for its quota too where the region fails fast."""
    asked = _read(request.body)
    served = (CHAT, RESPONSES) if dialect.prefixed else (CHAT.removeprefix("/v1"),)
    if asked.endpoint not in served:
        raise invalid(f"The endpoint {asked.endpoint!r} is not one of {list(served)}.")
    endpoint = asked.endpoint if dialect.prefixed else f"/v1{asked.endpoint}"
    blobs = _blobs(asked)
    source = blobs.input if blobs else asked.input_file_id or ""
    content = request.objects.get(object_of(source)) if blobs else _uploaded(account, source, now)
    found: Batchable | Problem
    if content is None:
        found = UNREADABLE if blobs else Problem("invalid_request", f"There is no file {source!r}.")
    elif asked.completion_window != "24h":
        found = Problem("invalid_request", "The completion_window has to be '24h'.")
    else:
        models = account.script.account.models
        largest = MOST_BYTES if blobs else MAX_BYTES
        found = read_lines(
            content, endpoint, models, account.answers, most=MOST_LINES, largest=largest, url=asked.endpoint
        )
    model = found.model if isinstance(found, Batchable) else ""
    if model.endswith("-sync"):
        found = NO_BATCHES
    expiry = asked.output_expires_after
    new = NewBatch(
        source=source,
        endpoint=endpoint,
        metadata=None if blobs else asked.metadata,
        output_life=life(expiry.seconds) if expiry else None,
        window=FOREVER,
        asked=blobs,
    )
    try:
        return account.batches.create(new, found, content or b"", now)
    except Refusal as refusal:
        raise Refusal(failure_in_azures_words(refusal.failure, model), refusal.wait) from None


def _blobs(asked: _Create) -> Blobs | None:
    if asked.input_blob is None:
        return None
    if asked.input_file_id:
        raise invalid("Only one of input_file_id and input_blob can be named.", param="input_blob")
    return read_blobs(asked.input_blob, asked.output_folder)


def _uploaded(account: Account, identifier: str, now: int) -> Content | None:
    file = account.files.find(identifier, now)
    if file is not None and now < file.created_at + account.script.files.processing:
        raise invalid(f"The file {file.id} is not processed yet.")
    return file and file.content


def quota_headers(account: Account, batch: Batch, now: int) -> dict[str, str]:
    """What the reply to a create says about the deployment's queue, where it has a limit."""
    limits = [limit for limit in account.script.limit if limit.model in (batch.model, ANY_MODEL)]
    most = limits[-1].enqueued_tokens if limits else None
    if most is None:
        return {}
    held = sum(one.tokens for one in account.batches if one.model == batch.model and not one.ended(now))
    return {"deployment-enqueued-tokens": str(held), "deployment-maximum-enqueued-tokens": str(most)}


def life(seconds: Any) -> int:
    """How long a file is to be kept, in microseconds."""
    text = str(seconds)
    wanted = int(text) * SECOND if text.isascii() and text.isdigit() else 0
    if not SHORTEST_LIFE <= wanted <= LONGEST_LIFE:
        raise invalid("expires_after.seconds has to be 1209600 to 2592000.", code="invalidPayload")
    return wanted


def _read(body: Content) -> _Create:
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        named = re.search(r"`\$?\.?(\w+)", str(error))
        raise invalid(f"{error}.", param=named[1] if named else None) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"The body of your request is not valid JSON: {error}.") from error
