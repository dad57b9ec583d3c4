"""Errors of AWS Bedrock, read. Their names stand in a header, so the body is given its name before anything reads it."""

import re

import msgspec

from bide.providers.failures import BusyError, OverloadedError, RejectedError, SlotsError
from bide.providers.port import BATCH_REFUSED, TOO_FEW, RowError
from bide.providers.translated import Translation, other_error
from bide.providers.transport import Reply, ReplyLostError

NAME = "x-amzn-errortype"

FULL = "ServiceQuotaExceededException"
TIMED_OUT = "ModelTimeoutException"
CONFLICT = "ConflictException"

READINGS = (
    (re.compile(r"minimum|(?:less|fewer)\b.*\brequired", re.IGNORECASE), TOO_FEW),
    (
        re.compile(
            r"\b(?:role|permissions?|authori[sz]ed|access|denied|bucket|kms|encrypt\w*|subnets?|vpc)\b", re.IGNORECASE
        ),
        BATCH_REFUSED,
    ),
)
"""What a job's message is about, where it is about the job as a whole. AWS lists no codes for it."""


def named(reply: Reply, body: bytes) -> bytes:
    """The body of an error, with the name that the reply's head has for it."""
    name = reply.headers.get(NAME)
    if reply.status < 300 or not name:
        return body
    try:
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        fields = {"message": msgspec.Raw(msgspec.json.encode(body[:300].decode("utf-8", "replace") or name))}
    return msgspec.json.encode({**fields, "__type": name})


def raise_for_status(translation: Translation, reply: Reply, body: bytes) -> None:
    """Raise what a reply that is not 2xx means; `body` has its name."""
    raise_for_account(translation, reply, body)
    if reply.status >= 300:
        raise other_error(translation.failure(reply.status, body))


def raise_for_account(translation: Translation, reply: Reply, body: bytes) -> None:
    """Raise what concerns the account or the provider rather than the request that was sent."""
    if reply.status < 300:
        return
    found = translation.failure(reply.status, body)
    if found.code == FULL:
        raise BusyError(found.message, code=FULL)
    if found.code == TIMED_OUT:  # it has been at work all the same
        raise OverloadedError(found.message, code=TIMED_OUT)
    translation.raise_for_account(reply, body)


def raise_for_create(translation: Translation, reply: Reply, body: bytes) -> None:
    """The same for the create of a job. What is refused there is the job: nobody has looked at its lines yet."""
    if reply.status < 300:
        return
    found = translation.failure(reply.status, body)
    if found.code == FULL:
        raise SlotsError(found.message)
    if found.code == CONFLICT:  # a job of this name is there, and nobody but this batch has the name
        raise ReplyLostError(f"a job of this name may exist already: {found.message}")
    raise_for_account(translation, reply, body)
    raise RejectedError(found.message, code=BATCH_REFUSED)


def row_error(message: str) -> RowError:
    """Why a job failed, as far as its message tells."""
    code = next((code for pattern, code in READINGS if pattern.search(message)), "job_failed")
    return RowError(code, message)
