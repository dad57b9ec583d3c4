"""The endpoints a request may be meant for, and the few fields of their bodies that bide looks at.

Bodies pass through as bytes: what is not named here is neither read nor changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from bide.intake.problem import Code, did_you_mean, excerpt, refuse

COUNT_LIMIT = 2**31 - 1
"""Above any real number of tokens or choices; keeps their product within 64 bits."""

Count = Annotated[int, Meta(ge=1, le=COUNT_LIMIT)]
Text = Annotated[str, Meta(min_length=1)]
List = Annotated[list[Raw], Meta(min_length=1)]


class Fields(msgspec.Struct, gc=False):
    """What every kind of body has in common."""

    model: Text
    max_completion_tokens: Count | None = None
    max_tokens: Count | None = None
    max_output_tokens: Count | None = None
    n: Count | None = None
    stream: bool | None = None


class ChatFields(Fields, kw_only=True, gc=False):
    """The body of a chat completion."""

    messages: List


class InputFields(Fields, kw_only=True, gc=False):
    """The body of a response, of an embedding or of a moderation."""

    input: Text | List


class PromptFields(Fields, kw_only=True, gc=False):
    """The body of a completion or of an image."""

    prompt: Text | List


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A kind of request.

    `content` names the field of its body that carries the question, which `may_be_text`. bide `builds` the bodies of some;
    those of the others are taken as they stand in batch lines. `writes_text` where output tokens are to be reckoned with. `decode_lines` reads the fields of good bodies that
    stand one to a line, and raises what `msgspec` raises when one is not good.
    """

    name: str
    url: str
    content: str
    decode_lines: Callable[[bytes], Sequence[Fields]]
    may_be_text: bool = True
    builds: bool = False
    writes_text: bool = True


_chat = msgspec.json.Decoder(ChatFields).decode_lines
_input = msgspec.json.Decoder(InputFields).decode_lines
_prompt = msgspec.json.Decoder(PromptFields).decode_lines

CHAT = Endpoint("chat", "/v1/chat/completions", "messages", _chat, may_be_text=False, builds=True)
RESPONSES = Endpoint("responses", "/v1/responses", "input", _input, builds=True)
EMBEDDINGS = Endpoint("embeddings", "/v1/embeddings", "input", _input, builds=True, writes_text=False)
MESSAGES = Endpoint("messages", "/v1/messages", "messages", _chat, may_be_text=False)
COMPLETIONS = Endpoint("completions", "/v1/completions", "prompt", _prompt)
MODERATIONS = Endpoint("moderations", "/v1/moderations", "input", _input, writes_text=False)
IMAGES = Endpoint("images", "/v1/images/generations", "prompt", _prompt)

ENDPOINTS: Mapping[str, Endpoint] = {
    endpoint.url: endpoint for endpoint in (CHAT, RESPONSES, EMBEDDINGS, MESSAGES, COMPLETIONS, MODERATIONS, IMAGES)
}
"""Every endpoint by its URL."""

BUILT: Mapping[str, Endpoint] = {url: endpoint for url, endpoint in ENDPOINTS.items() if endpoint.builds}
"""Those whose bodies bide can build from a prompt."""


def find_endpoint(name: str) -> Endpoint | None:
    """The endpoint with this short name or URL, of those that bodies are built for."""
    return next((endpoint for endpoint in BUILT.values() if name in (endpoint.name, endpoint.url)), None)


def endpoint_at(line: int, url: str) -> Endpoint:
    """The endpoint at a batch line's `url`.

    Raises:
        LineError: requests cannot be sent there.
    """
    endpoint = ENDPOINTS.get(url)
    if endpoint is None:
        message = f"url {excerpt(url)} is not supported{did_you_mean(url, ENDPOINTS)}"
        raise refuse(line, Code.UNSUPPORTED_URL, message, field="url")
    return endpoint
