"""The two ways to upload at Together: in one form, or as its SDK does it, in three steps."""

import hashlib
from dataclasses import replace

from bide.simulator.account import Account
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.files import StoredFile
from bide.simulator.openai.multipart import Form, parse_form
from bide.simulator.refusal import invalid
from bide.simulator.together.view import file_object

PURPOSES = ("batch-api", "fine-tune", "calibration", "eval")


def direct(account: Account, request: Request, now: int) -> Reply:
    """The file and what it is for, in one form."""
    form = _form(request)
    if form.file is None:
        raise invalid("A file is required.")
    name = form.fields.get("file_name") or form.file.filename
    return show(file_object(_keep(account, name, form, form.file.content, now)))


def begin(account: Account, request: Request, now: int) -> Reply:
    """The first step: what is to come. A file that is there already is named, and nothing more is needed."""
    form = _form(request)
    checksum = form.fields.get("checksum", "")
    for file in account.files.existing(now):
        if checksum and hashlib.sha256(file.content).hexdigest() == checksum:
            return Reply(409, encode({"file_id": file.id}))
    file = _keep(account, form.fields.get("file_name", ""), form, b"", now)
    headers = {"location": f"{request.base}/v1/uploads/{file.id}", "x-together-file-id": file.id}
    return Reply(302, b"", headers=headers)


def receive(account: Account, request: Request, identifier: str, now: int) -> Reply:
    """The second step: the bytes."""
    account.files.add(replace(account.files.get(identifier, now), content=request.body))
    return Reply(200, b"")


def _form(request: Request) -> Form:
    try:
        return parse_form(request.headers.get("content-type", ""), request.body)
    except ValueError as error:
        raise invalid(f"The form cannot be read: {error}.") from error


def _keep(account: Account, name: str, form: Form, content: bytes | bytearray, now: int) -> StoredFile:
    purpose = form.fields.get("purpose", "")
    if purpose not in PURPOSES or not name:
        raise invalid(f"purpose has to be one of {list(PURPOSES)}, and file_name is required.")
    return account.upload(name, purpose, content, None, now)
