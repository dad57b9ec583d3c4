"""Google's calls: their ids, and the signature that has to come back with them.

Gemini 3 and later sign a call (`thoughtSignature`) and refuse a conversation in which the signature of the last calls is
missing (thought-signatures guide). No other wire has a place for it, so it travels in the id, which callers send back as
it is. Calls that Gemini did not make carry the word that the same guide has for them.
"""

import hashlib
import re

from bide.providers.translate.parts import ToolCall

SEPARATOR = "__thought__"
FOREIGN = "skip_thought_signature_validator"

_SIGNING = re.compile(r"gemini-(?:[3-9]|\d{2})")
_TO_ID = str.maketrans("+/", "-_", "=")
_FROM_ID = str.maketrans("-_", "+/")


def id_of(given: str | None, number: int, answer: str, signature: str | None) -> str:
    """A call's id, made up from the answer's where Google gave none; `number` counts the calls of the answer."""
    own = given or f"call_{answer}_{number}"
    return f"{own}{SEPARATOR}{signature.translate(_TO_ID)}" if signature else own


def own_id(id_: str) -> str:
    """A call's id without what travels in it."""
    return id_.partition(SEPARATOR)[0]


def signature_of(call: ToolCall) -> str | None:
    """The signature that travels in a call's id."""
    carried = call.id.partition(SEPARATOR)[2].translate(_FROM_ID)
    return carried + "=" * (-len(carried) % 4) if carried else None


def must_sign(model: str) -> bool:
    """Whether this model refuses calls without a signature."""
    return _SIGNING.search(model) is not None


def answer_id(given: str | None, body: bytes) -> str:
    """What ids of calls are made from: Google's id of the answer, or one made from its bytes."""
    return given or hashlib.blake2b(body, digest_size=9).hexdigest()
