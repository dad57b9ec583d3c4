"""OpenAI's files: uploaded, listed, looked up, downloaded, deleted. The results of batches are files too."""

import msgspec

from bide.core.clock import DAY, SECOND
from bide.core.errors import NotFoundError
from bide.core.file import File, FileKind
from bide.core.identifiers import new_tag
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.files.byte_range import wanted
from bide.gateway.files.form import HEADS, Form, read_form, too_large
from bide.gateway.files.lifetime import read_life
from bide.gateway.gateway import Gateway
from bide.gateway.page import openai_only, page, read_choice, read_limit, read_number
from bide.gateway.refusal import RefusalError
from bide.store.files import NewFile, object_name

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
"""What a file may be uploaded for. bide itself reads those for batches."""

BATCH = "batch"

LIFE = 30 * DAY
"""How long a file for a batch is kept that does not say so; all others stay until they are deleted (the SDK's reference)."""

MOST_LISTED = 10_000

PIECE = 256 << 10
"""Bytes of a download that are read at a time."""

BINARY = "application/octet-stream"


async def upload(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Keep a file. It is on the disk when this is answered."""
    openai_only(exchange)
    gateway.pressure.check()
    context, most = gateway.context, gateway.settings.largest_file
    declared = exchange.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most + HEADS:
        raise too_large(most)
    identifier, now = f"file-{new_tag(context.entropy)}", context.clock.now()
    object_id = await context.store.files.begin(caller.owner, identifier, now)
    writer = await context.store.bodies.create(object_name(identifier))
    try:
        form = await read_form(exchange.headers.get("content-type", ""), exchange.chunks(), writer.write, most)
        new = _new_file(form, identifier, caller, object_id, now)
        await writer.commit()
    except BaseException:
        await writer.abort()
        await context.store.bodies.drop(object_name(identifier))
        raise
    await context.store.bodies.resize(object_id, new.size or 0)
    file = await context.store.files.add(caller.owner, new, now)
    await exchange.respond(200, msgspec.json.encode(shown(file)))


async def list_files(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """A page of files, the newest first unless it is asked for otherwise."""
    openai_only(exchange)
    query = exchange.query
    limit = read_limit(query, MOST_LISTED, MOST_LISTED)
    order = read_choice(query, "order", ("desc", "asc"))
    await gateway.endings.end_all(caller.owner)
    try:
        found = await gateway.context.store.files.list(
            caller.owner,
            after=query.get("after") or None,
            purpose=query.get("purpose") or None,
            limit=limit + 1,
            now=gateway.context.clock.now(),
            oldest_first=order == "asc",
        )
    except NotFoundError as error:
        raise RefusalError(400, "invalid_request", f"{error}; it cannot be gone on after", param="after") from None
    listed = [shown(await gateway.results.measured(file)) for file in found[:limit]]
    await exchange.respond(200, page(listed, has_more=len(found) > limit))


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """One file."""
    openai_only(exchange)
    file = await _find(gateway, exchange, caller)
    await exchange.respond(200, msgspec.json.encode(shown(await gateway.results.measured(file))))


async def content(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The bytes of a file, as a stream, or those that ``Range`` asks for. ``?offset=N`` leaves out the first N lines of a file
    of results."""
    openai_only(exchange)
    file = await _find(gateway, exchange, caller)
    if file.kind is FileKind.UPLOADED:
        if "offset" in exchange.query:
            raise RefusalError(400, "invalid_request", "offset is for the results of batches", param="offset")
        await _send(gateway, exchange, file)
    else:
        await gateway.results.send(exchange, file, read_number(exchange.query, "offset", 0))


async def delete(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Give a file out no more. A batch that has yet to read it still does."""
    openai_only(exchange)
    identifier, now = exchange.parameters["file_id"], gateway.context.clock.now()
    try:
        file = await gateway.context.store.files.delete(caller.owner, identifier, now)
    except NotFoundError as error:
        raise RefusalError(404, "not_found", str(error), param="file_id") from None
    if file.object_id is not None:
        gateway.upkeep.soon()
    await exchange.respond(200, msgspec.json.encode({"id": identifier, "object": "file", "deleted": True}))


def shown(file: File) -> dict[str, object]:
    """A file as OpenAI's clients know it. `bytes` is 0 where nobody knows them yet."""
    return {
        "id": file.external_id,
        "object": "file",
        "bytes": file.size or 0,
        "created_at": file.created_at // SECOND,
        "expires_at": None if file.expires_at is None else file.expires_at // SECOND,
        "filename": file.name,
        "purpose": file.purpose,
        "status": "processed",
        "status_details": None,
    }


async def _find(gateway: Gateway, exchange: Exchange, caller: Caller) -> File:
    """The file that a path names; of a batch that has just been answered, the file as it stays."""
    identifier, store = exchange.parameters["file_id"], gateway.context.store
    try:
        file = await store.files.find(caller.owner, identifier, gateway.context.clock.now())
        if file.batch_id is not None and file.expires_at is None:
            await gateway.endings.end(await store.served.get(file.batch_id))
            file = await store.files.find(caller.owner, identifier, gateway.context.clock.now())
    except NotFoundError as error:
        raise RefusalError(404, "not_found", str(error), param="file_id") from None
    return file


async def _send(gateway: Gateway, exchange: Exchange, file: File) -> None:
    """An uploaded file, or a part of it."""
    assert file.object_id is not None
    part, headers = wanted(exchange.headers, file.external_id, file.size or 0)
    at = part.start
    await exchange.start(part.status, headers, BINARY)
    while at < part.end:
        piece = await gateway.context.store.bodies.range(file.object_id, at, min(PIECE, part.end - at))
        await exchange.write(piece)
        at += len(piece)
    await exchange.end()


def _new_file(form: Form, identifier: str, caller: Caller, object_id: int, now: int) -> NewFile:
    """The file that a form hands in. Raises `RefusalError`."""
    if form.size is None:
        raise RefusalError(400, "missing_required_parameter", "Missing required parameter: 'file'.", param="file")
    purpose = form.fields.get("purpose")
    if purpose is None:
        raise RefusalError(400, "missing_required_parameter", "Missing required parameter: 'purpose'.", param="purpose")
    if purpose not in PURPOSES:
        raise RefusalError(400, "invalid_value", f"{purpose!r} is not one of {', '.join(PURPOSES)}", param="purpose")
    life = read_life(form.fields.get("expires_after[anchor]"), form.fields.get("expires_after[seconds]"))
    if life is None and purpose == BATCH:
        life = LIFE
    return NewFile(
        external_id=identifier,
        name=form.filename,
        purpose=purpose,
        key=caller.key_id,
        size=form.size,
        object=object_id,
        expires_at=None if life is None else now + life,
    )
