"""Signatures of webhooks, as Standard Webhooks has them (specification 1.0.0): ours, and those of providers that follow it.

What is signed is ``{id}.{timestamp}.{body}``, with HMAC-SHA256 under the bytes that a secret ``whsec_<base64>`` stands for.
Three headers carry it: ``webhook-id`` names the event and stays the same however often it is sent, ``webhook-timestamp`` is
the second of this try, ``webhook-signature`` holds ``v1,<base64>``, several of them with a space between while a secret is
being replaced.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from bide.core.clock import MINUTE, SECOND
from bide.core.entropy import Entropy
from bide.core.errors import BideError

PREFIX = "whsec_"
VERSION = "v1,"

SECRET_BYTES = 32
"""The specification asks for 24 to 64."""

TOLERANCE = 5 * MINUTE
"""How far a timestamp may be from our clock, either way."""

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

MOST_SIGNATURES = 20
"""Signatures of one webhook that are looked at: a sender has one for each secret that is being replaced."""


class SignatureError(BideError):
    """The webhook is not signed as it should be; compare the signing secret here with the one at the sender."""

    code = "invalid_signature"


def new_secret(entropy: Entropy) -> str:
    """A new signing secret."""
    return PREFIX + base64.b64encode(entropy.random_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign; a secret without the prefix is taken as it stands, as OpenAI's SDK does.

    Raises:
        ValueError: what follows the prefix is no base64.
    """
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the signing secret is no base64 behind whsec_") from error


def signature(secret: str, event_id: str, second: str, body: bytes) -> str:
    """One signature, as in ``v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=``."""
    signed = b"%b.%b.%b" % (event_id.encode(), second.encode(), body)
    return VERSION + base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()


def sign(secrets: Sequence[str], event_id: str, now: int, body: bytes) -> dict[str, str]:
    """The three headers of a webhook that is sent now, signed with each of the secrets."""
    second = str(now // SECOND)
    signatures = " ".join(signature(secret, event_id, second, body) for secret in secrets)
    return {ID: event_id, TIMESTAMP: second, SIGNATURE: signatures}


def verify(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: int, tolerance: int = TOLERANCE
) -> str:
    """See that a webhook is from whoever has one of the secrets, and sent just now; its id.

    Whoever calls this remembers the id: the same webhook may come again within the tolerance.

    Raises:
        SignatureError: a header is missing, the time is off, or no signature fits.
    """
    given = {name.lower(): value for name, value in headers.items()}
    for name in (ID, TIMESTAMP, SIGNATURE):
        if not given.get(name):
            raise SignatureError(f"the webhook has no header {name}; it has to be signed as Standard Webhooks")
    event_id, timestamp = given[ID], given[TIMESTAMP]
    if not (event_id.isascii() and event_id.isprintable()):
        raise SignatureError("the header webhook-id is no name")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError("the header webhook-timestamp is no number of seconds")
    if abs(now - int(timestamp) * SECOND) > tolerance:
        raise SignatureError(
            f"the webhook's time is more than {tolerance // SECOND} s from ours; set the clocks, or it is an old one sent again"
        )
    told = [one.encode("utf-8", "replace") for one in given[SIGNATURE].split()[:MOST_SIGNATURES]]
    own = [signature(secret, event_id, timestamp, body).encode() for secret in secrets]
    # Every pair is compared, and each in constant time: how long it takes says nothing about any of them.
    if not sum([hmac.compare_digest(one, other) for one in own for other in told]):
        raise SignatureError
    return event_id
